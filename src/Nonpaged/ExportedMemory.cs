using Microsoft.Win32.SafeHandles;

namespace Nonpaged;

/// <summary>
/// A block as another process can map it: a descriptor, to be passed by inheritance or over a socket (SCM_RIGHTS, unix(7)), and
/// where the block's bytes lie in its file. The memory itself lives as long as the block or any descriptor or mapping does, but
/// stays where it is only as long as the block.
/// </summary>
public sealed class ExportedMemory : IDisposable
{
    internal ExportedMemory(SafeFileHandle descriptor, IReadOnlyList<FileRange> ranges, Sharing sharing)
    {
        Descriptor = descriptor;
        Ranges = ranges;
        Sharing = sharing;
    }

    /// <summary>A descriptor of its own of the memory file, close-on-exec.</summary>
    public SafeFileHandle Descriptor { get; }

    /// <summary>
    /// The stretches of the file that back the block, in the order of its addresses: one, unless 2 MiB
    /// units were put into another order.
    /// </summary>
    public IReadOnlyList<FileRange> Ranges { get; }

    /// <summary>
    /// What the other process may do. With <see cref="Sharing.ReadOnly"/> the kernel refuses it a writable mapping.
    /// </summary>
    public Sharing Sharing { get; }

    /// <summary>Closes the descriptor.</summary>
    public void Dispose() => Descriptor.Dispose();
}
