using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// A kernel text that is read before each growth. To find and open such a file takes 5 to 20 us, to read it again through
/// the same descriptor 1: the kernel writes it again for each read from offset 0
/// (Documentation/filesystems/seq_file.rst). Thread-safe.
/// </summary>
internal sealed class KeptText(string path)
{
    private readonly Lock _gate = new();
    private SafeFileHandle? _file;

    public string Path { get; } = path;

    /// <summary>
    /// The text, as it is at this moment. A file that cannot be read any more, as that of a control group which was removed
    /// (ENODEV), is opened again; one that could not be opened is tried again each time.
    /// </summary>
    public bool TryRead(Span<byte> buffer, out ReadOnlySpan<byte> text)
    {
        lock (_gate)
        {
            if (_file is not null && KernelText.TryRead(_file, buffer, out text)) return true;
            CloseFile();
            text = default;
            if (LibC.OpenForReading(Path, out SafeFileHandle file).IsError) return false;
            _file = file;
            return KernelText.TryRead(file, buffer, out text);
        }
    }

    /// <summary>The number that is all of it, or null where there is none.</summary>
    [SkipLocalsInit]
    public ulong? TryReadNumber() =>
        TryRead(stackalloc byte[KernelText.Digits], out ReadOnlySpan<byte> text) ? KernelText.Number(text) : null;

    /// <summary>Gives the descriptor back, until the text is read again.</summary>
    public void Close()
    {
        lock (_gate) CloseFile();
    }

    private void CloseFile()
    {
        _file?.Dispose();
        _file = null;
    }
}
