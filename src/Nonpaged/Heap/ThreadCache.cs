using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged;

/// <summary>
/// What one thread needs to allocate from one pool, in native memory: where the pool's tables are, and behind that a magazine for each size class, which is what pointers
/// to a cache point to: there an address is a sum of two. One that is of no pool
/// has empty magazines and no chunks, so that every call leaves the fast path.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 64)]
internal unsafe struct ThreadCache
{
    /// <summary><see cref="SizeClass.Magazines"/>.</summary>
    public ushort* Magazines;

    /// <summary><see cref="ChunkTable.Entries"/>.</summary>
    public Chunk* Chunks;

    /// <summary>How many there are; none in a cache of no pool.</summary>
    public nuint ChunkCount;

    private static nuint Length => (nuint)sizeof(ThreadCache) + ((nuint)SizeClass.Count << Magazine.SizeShift);

    /// <summary>The header of a cache.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ThreadCache* Of(byte* cache) => (ThreadCache*)cache - 1;

    public static Magazine* MagazineOf(byte* cache, int sizeClass) => (Magazine*)(cache + ((nuint)sizeClass << Magazine.SizeShift));

    /// <summary>One of no pool.</summary>
    public static byte* Make()
    {
        byte* cache = (byte*)NativeMemory.AlignedAlloc(Length, (nuint)sizeof(ThreadCache)) + sizeof(ThreadCache);
        Reset(cache);
        return cache;
    }

    public static void Reset(byte* cache)
    {
        NativeMemory.Clear(Of(cache), Length);
        Of(cache)->Magazines = SizeClass.Magazines;
    }

    public static void Free(byte* cache) => NativeMemory.AlignedFree(Of(cache));
}
