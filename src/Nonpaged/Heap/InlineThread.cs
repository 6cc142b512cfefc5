using System.Runtime.InteropServices;

namespace Nonpaged;

/// <summary>
/// Where a thread's magazines are, and the tables that go with them, for the calls that a C compiler inlines (ndisinline.h):
/// what <see cref="NonpagedPool.Alloc(nuint)"/> and <see cref="NonpagedPool.Free(void*)"/> read of the pool. All zero
/// where calls must not be inlined.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct InlineThread
{
    /// <summary>
    /// Of this, <see cref="Magazine"/>, <see cref="Chunk"/> and what is done with them: NONPAGED_INLINE_VERSION of the header.
    /// </summary>
    public const uint Version = 4;

    /// <summary><see cref="ThreadCache"/>.</summary>
    public nint Magazines;

    /// <summary><see cref="SizeClass.Magazines"/>.</summary>
    public ushort* Classes;

    /// <summary><see cref="ChunkTable.Entries"/>.</summary>
    public Chunk* Chunks;

    /// <summary>How many there are.</summary>
    public nuint ChunkCount;

    /// <summary>Kept by the header: whether the library was asked.</summary>
    public byte IsAsked;
}
