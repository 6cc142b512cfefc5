namespace Nonpaged.Ndis;

/// <summary>A file that ZwCreateFile or ZwOpenFile opened.</summary>
internal sealed class KernelFile(FileStream stream, string path, Driver owner, string call) : KernelHandle(owner, call)
{
    private const int Dispositions = 6;

    private readonly Lock _gate = new();

    public override string What => $"the file {path}";

    /// <summary>How long it is, in bytes.</summary>
    public long Length
    {
        get
        {
            lock (_gate) return stream.CanSeek ? stream.Length : 0;
        }
    }

    /// <summary>Opens a file as ZwCreateFile's arguments have it. Gives a status, and in a success what was done.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="access">The access that the driver asks for.</param>
    /// <param name="disposition">FILE_SUPERSEDE 0, FILE_OPEN 1, FILE_CREATE 2, FILE_OPEN_IF 3, FILE_OVERWRITE 4,
    /// FILE_OVERWRITE_IF 5.</param>
    /// <param name="stream">The file.</param>
    /// <param name="done">FILE_SUPERSEDED 0, FILE_OPENED 1, FILE_CREATED 2, FILE_OVERWRITTEN 3.</param>
    public static uint Open(string path, uint access, uint disposition, out FileStream? stream, out uint done)
    {
        const uint WriteAccess = 0x4000_0000 | 0x1000_0000 | 0x2 | 0x4;
        stream = null;
        bool exists = File.Exists(path);
        done = exists ? disposition switch { 0 => 0, 4 or 5 => 3, _ => 1u } : 2;
        if (disposition >= Dispositions) return NtStatus.InvalidParameter;
        if (Directory.Exists(path)) return NtStatus.FileIsADirectory;
        if (exists && disposition == 2) return NtStatus.ObjectNameCollision;
        if (!exists && disposition is (1 or 4)) return NtStatus.ObjectNameNotFound;
        try
        {
            bool writes = (access & WriteAccess) != 0;
            FileMode mode = (exists, disposition) switch
            {
                (true, 0 or 4 or 5) => FileMode.Truncate,
                (true, _) => FileMode.Open,
                _ => FileMode.CreateNew,
            };
            stream = new FileStream(path, new FileStreamOptions
            {
                Mode = mode,
                Access = writes || mode != FileMode.Open ? FileAccess.ReadWrite : FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                BufferSize = 0,
            });
            return NtStatus.Success;
        }
        catch (ArgumentException)
        {
            // A NUL is in the name.
            return NtStatus.ObjectNameInvalid;
        }
        catch (UnauthorizedAccessException)
        {
            return NtStatus.AccessDenied;
        }
        catch (IOException)
        {
            return NtStatus.ObjectNameNotFound;
        }
    }

    /// <summary>Reads at an offset, or where the last access ended. Gives the number of bytes.</summary>
    public uint Read(Span<byte> target, long? offset, out int count)
    {
        count = 0;
        if (offset < 0) return NtStatus.InvalidParameter;
        try
        {
            lock (_gate)
            {
                if (offset is { } at) stream.Position = at;
                count = stream.Read(target);
            }

            return count == 0 && target.Length > 0 ? NtStatus.EndOfFile : NtStatus.Success;
        }
        catch (Exception failure) when (IsOfFile(failure))
        {
            return Status(failure);
        }
    }

    /// <summary>Writes at an offset, at the end where that is -1, or where the last access ended.</summary>
    public uint Write(ReadOnlySpan<byte> source, long? offset)
    {
        if (offset < -1) return NtStatus.InvalidParameter;
        try
        {
            lock (_gate)
            {
                if (offset is { } at) stream.Position = at < 0 ? stream.Length : at;
                stream.Write(source);
            }

            return NtStatus.Success;
        }
        catch (Exception failure) when (IsOfFile(failure))
        {
            return Status(failure);
        }
    }

    public override void Close()
    {
        lock (_gate) stream.Dispose();
    }

    // A driver may close a file while another thread of it reads; an offset may be one that no file has.
    private static bool IsOfFile(Exception failure) => failure is IOException or UnauthorizedAccessException
        or NotSupportedException or ObjectDisposedException or ArgumentException;

    private static uint Status(Exception failure) => failure is IOException ? NtStatus.IoDeviceError : NtStatus.AccessDenied;
}
