using Microsoft.Win32.SafeHandles;

namespace Nonpaged;

/// <summary>Resident memory in one physical address space.</summary>
public sealed class NonpagedPool : IDisposable
{
    /// <summary>The process's own pool, of host memory.</summary>
    public static NonpagedPool Default => throw new InvalidOperationException("being written");

    /// <summary>A pool over memory that a machine hands in.</summary>
    public static NonpagedPool Over(SafeFileHandle descriptor, IReadOnlyList<MemoryPiece> layout, NonpagedPoolOptions? options = null) =>
        throw new InvalidOperationException("being written");

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
