using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DirectReads;

/// <summary>
/// A file whose blocks say where they lie, opened through the page cache and past it. It is deleted at the end.
/// </summary>
internal sealed unsafe partial class TestFile : IDisposable
{
    /// <summary>What of the file starts with its own offset.</summary>
    public const int BlockLength = 4096;

    private const int Piece = 1 << 20, NotNeeded = 4, SetFlags = 4, Direct = 0x4000;

    private readonly string _path;

    /// <param name="folder">Where the file is made.</param>
    /// <param name="length">In bytes: a multiple of 1 MiB.</param>
    /// <exception cref="NotSupportedException">The file system refuses direct reads.</exception>
    public TestFile(string folder, long length)
    {
        _path = Path.Combine(folder, $"direct-reads-{Environment.ProcessId}.tmp");
        Length = length;
        try
        {
            Cached = File.OpenHandle(_path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite);
            Write();
            Uncached = OpenDirect();
            Forget();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public long Length { get; }

    /// <summary>Read through the page cache.</summary>
    public SafeFileHandle? Cached { get; }

    /// <summary>Read past it.</summary>
    public SafeFileHandle? Uncached { get; }

    /// <summary>Where a read of so many bytes may start.</summary>
    public long Pick(Random random, int length) => random.NextInt64(Length / length) * length;

    /// <summary>Fails where a read brought something else than what lies there.</summary>
    public static void Check(ReadOnlySpan<byte> read, long offset)
    {
        if (!IsRight(read, offset)) throw new IOException($"The read at {offset} did not bring what was written there.");
    }

    /// <summary>The first and the last block of a read are those of its offset.</summary>
    public static bool IsRight(ReadOnlySpan<byte> read, long offset) => read.Length >= BlockLength
        && Unsafe.ReadUnaligned<long>(in read[0]) == offset
        && Unsafe.ReadUnaligned<long>(in read[^BlockLength]) == offset + read.Length - BlockLength;

    /// <summary>Takes the file out of the page cache.</summary>
    public void Forget()
    {
        RandomAccess.FlushToDisk(Cached!);
        _ = Advise((int)Cached!.DangerousGetHandle(), 0, 0, NotNeeded);
    }

    /// <summary>Puts the file into the page cache.</summary>
    public void Remember()
    {
        byte[] piece = new byte[Piece];
        for (long offset = 0; offset < Length; offset += Piece) RandomAccess.Read(Cached!, piece, offset);
    }

    public void Dispose()
    {
        Uncached?.Dispose();
        Cached?.Dispose();
        File.Delete(_path);
    }

    private void Write()
    {
        byte[] piece = new byte[Piece];
        Random.Shared.NextBytes(piece);
        for (long offset = 0; offset < Length; offset += Piece)
        {
            for (int at = 0; at < Piece; at += BlockLength) Unsafe.WriteUnaligned(ref piece[at], offset + at);
            RandomAccess.Write(Cached!, piece, offset);
        }
    }

    // FileOptions has no O_DIRECT: its 0x4000 is Encrypted, which Linux ignores. The flag is set on the open file.
    private SafeFileHandle OpenDirect()
    {
        SafeFileHandle file = File.OpenHandle(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        if (Control((int)file.DangerousGetHandle(), SetFlags, Direct) == 0) return file;
        string reason = Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
        file.Dispose();
        throw new NotSupportedException($"The file system of {_path} refuses direct reads: {reason}.");
    }

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int Control(int file, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(int file, nint offset, nint length, int advice);
}
