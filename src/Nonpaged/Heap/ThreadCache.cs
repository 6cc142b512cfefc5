using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged;

/// <summary>
/// What one thread needs to allocate from one pool, in native memory: where the pool's tables are, and a magazine for each size class behind it. One that is of no pool
/// has empty magazines and no chunks, so that every call leaves the fast path.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal unsafe struct ThreadCache
{
    /// <summary><see cref="SizeClass.Magazines"/>.</summary>
    public ushort* Magazines;

    /// <summary><see cref="ChunkTable.Entries"/>.</summary>
    public ulong* Chunks;

    /// <summary>How many there are; none in a cache of no pool.</summary>
    public nuint ChunkCount;

    /// <summary><see cref="ChunkTable.States"/>.</summary>
    public ushort* States;

    public static nuint Length => (nuint)sizeof(ThreadCache) + ((nuint)SizeClass.Count << Magazine.SizeShift);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Magazine* MagazineAt(ThreadCache* cache, uint offset) => (Magazine*)((byte*)(cache + 1) + offset);

    public static Magazine* MagazineOf(ThreadCache* cache, int sizeClass) => MagazineAt(cache, (uint)sizeClass << Magazine.SizeShift);
}
