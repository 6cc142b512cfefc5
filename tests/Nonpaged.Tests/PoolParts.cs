using System.Runtime.CompilerServices;

namespace Nonpaged.Tests;

/// <summary>The parts of a pool that tests look into.</summary>
internal static unsafe class PoolParts
{
    /// <summary>The heap behind a pool's magazines, once there is one.</summary>
    public static MagazineHeap? HeapOf(NonpagedPool pool) => FrontOf(pool).Heap;

    /// <summary>The pages that a small block shares with others of its size.</summary>
    public static HeapSpan SpanOf(NonpagedPool pool, nint block) =>
        IndexOf(pool).SpanAt((nuint)block) ?? throw new ArgumentException($"0x{block:x} is no small block of the pool.");

    /// <summary>In how many pieces a pool's free pages are.</summary>
    public static int FreeRangesOf(NonpagedPool pool)
    {
        using PageStore.Reading reading = PagesOf(pool).Read();
        return reading.Tables.Free.Count;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_front")]
    private static extern ref Front FrontOf(NonpagedPool pool);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_index")]
    private static extern ref BlockIndex IndexOf(NonpagedPool pool);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_pages")]
    private static extern ref PageStore PagesOf(NonpagedPool pool);
}
