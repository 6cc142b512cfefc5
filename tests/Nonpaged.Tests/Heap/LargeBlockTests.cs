namespace Nonpaged.Tests.Heap;

/// <summary>Blocks of 64 KiB to 2 MiB without a record, which magazines hold as they hold small ones.</summary>
[Collection("host memory")]
public sealed unsafe class LargeBlockTests
{
    private const nuint Longest = SizeClass.MaxLargeLength;

    private static readonly nuint[] s_lengths = [65_537, 100_000, 131_072, 300_000, 1 << 20, 1_500_000, Longest];

    [Fact]
    public void Every_large_length_has_the_smallest_class_that_holds_it_and_wastes_at_most_an_eighth()
    {
        for (nuint length = SizeClass.MaxLength + 1; length <= Longest; length += length < 200_000 ? 1u : 61u)
        {
            int index = SizeClass.Of(length);
            nuint size = (nuint)SizeClass.Size(index);
            Assert.True(SizeClass.IsLarge(index));
            Assert.True(size >= length);
            Assert.True((size - length) * 9 <= size, $"{length} bytes in a block of {size}");
            Assert.True(index + 1 == SizeClass.Count || SizeClass.Size(index + 1) > (int)size);
            Assert.True(length == SizeClass.MaxLength + 1 || SizeClass.Of(length - 1) == index
                || (nuint)SizeClass.Size(index - 1) == length - 1 || length >= 200_000);
            Assert.Equal(0u, size % Page.Size);
            Assert.True(SizeClass.MayHold(index, length));
            Assert.False(SizeClass.MayHold(index - 1, length));
        }

        Assert.Equal(SizeClass.Count - 1, SizeClass.Of(Longest));
        Assert.Equal((int)Longest, SizeClass.Size(SizeClass.Count - 1));
    }

    [Fact]
    public void A_large_block_starts_on_a_page_is_reused_and_comes_back_when_it_is_trimmed()
    {
        using NonpagedPool pool = HeapPools.Make();
        foreach (nuint length in s_lengths)
        {
            byte* block = (byte*)pool.Alloc(length);
            Assert.Equal(0u, (nuint)block % Page.Size);
            Assert.InRange(pool.GetUsableSize(block), length, length + (length / 8));
            new Span<byte>(block, (int)length).Fill(0xcc);
            pool.Free(block, length);
            byte* next = (byte*)pool.Alloc(length);
            Assert.Equal((nuint)block, (nuint)next);
            pool.Free(next);
        }

        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    [Fact]
    public void A_second_free_a_middle_and_another_length_are_refused_of_a_large_block_and_change_nothing()
    {
        using NonpagedPool pool = HeapPools.Make();
        foreach (nuint length in s_lengths)
        {
            byte* block = (byte*)pool.Alloc(length);
            for (nuint middle = 16; middle < length; middle += middle < 256 ? 16u : 4096u - (middle % 4096))
                Assert.Throws<ArgumentException>(() => pool.Free(block + middle));
            Assert.Equal(BadFree.WrongLength, pool.Give(block, 100));
            Assert.Equal(BadFree.WrongLength, pool.Give(block, length > 200_000 ? 100_000u : 1_000_000u));
            Assert.Equal(BadFree.None, pool.Give(block, length));
            Assert.NotEqual(BadFree.None, pool.Give(block));
            Assert.Throws<ArgumentException>(() => pool.Free(block));
        }

        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    [Fact]
    public void Large_blocks_of_one_length_are_apart_and_another_thread_may_free_them()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root: RLIMIT_MEMLOCK is 8 MiB for others");
        using NonpagedPool pool = HeapPools.Make(ceiling: 256 << 20);
        foreach (nuint length in s_lengths)
        {
            nint[] blocks = pool.Take(40, length);
            nint[] sorted = [.. blocks.Order()];
            for (int i = 1; i < sorted.Length; i++) Assert.True((nuint)(sorted[i] - sorted[i - 1]) >= length);
            HeapPools.OnThread(() => pool.Give(blocks));
        }

        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    [Fact]
    public void What_is_kept_of_one_length_makes_room_for_another_where_the_pool_cannot_grow()
    {
        using NonpagedPool pool = HeapPools.Make(ceiling: 16 << 20);
        pool.Give(pool.Take(7, Longest));
        pool.Give(pool.Take(12, 1 << 20));
        // Half of it, for extents may lie apart, and spans of a MiB among them wherever there was room.
        nint[] blocks = pool.Take(60, 131_072);
        using MemoryBlock whole = pool.Allocate(new MemoryRequest(2 << 20) { Contiguous = false, WholePages = true });
        pool.Give(blocks);
    }

    [Fact]
    public void Depots_keep_no_more_of_large_blocks_than_the_pool_keeps_of_what_nobody_uses()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root: RLIMIT_MEMLOCK is 8 MiB for others");
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions
        { Ladder = [MemoryRung.SmallPages], IdleKept = 4 << 20, IdleRelease = TimeSpan.FromHours(1) });
        foreach (nuint length in s_lengths) pool.Give(pool.Take(64, length));
        // Beside those what the thread has: of each class two magazines of a MiB, or of one block.
        ulong most = (ulong)s_lengths.Length * 2 * (2 << 20);
        Assert.InRange(pool.InUse(), 0UL, most + (4 << 20));
    }

    [Fact]
    public void A_bulk_of_large_blocks_is_all_there_and_goes_back()
    {
        using NonpagedPool pool = HeapPools.Make();
        nint[] blocks = new nint[20];
        pool.Alloc(blocks, 200_000);
        Assert.Equal(blocks.Length, blocks.Distinct().Count());
        pool.Free(blocks);
        pool.Trim();
        Assert.Equal(0UL, pool.InUse());
    }

    [Fact]
    public void A_pool_without_magazines_has_a_record_of_each_large_block()
    {
        using NonpagedPool pool = HeapPools.Make(idleRelease: TimeSpan.Zero);
        byte* block = (byte*)pool.Alloc(100_000);
        Assert.Equal((nuint)100_000, pool.Find(block)!.Length);
        pool.Free(block);
        Assert.Equal(0UL, pool.InUse());
    }

    [Fact]
    public void Large_blocks_that_stay_in_use_are_counted_when_the_pool_ends()
    {
        NonpagedPool pool = HeapPools.Make();
        pool.Alloc(100_000);
        pool.Free(pool.Alloc(100_000));
        pool.Dispose();
        Assert.Equal(1, pool.Leftovers!.SmallBlocks);
    }
}
