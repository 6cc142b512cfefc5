using CsCheck;

namespace Nonpaged.Tests.Recorded;

/// <summary>Blocks beside a page without access (<see cref="NonpagedPoolOptions.GuardPages"/>).</summary>
public sealed unsafe class FencedBlocksTests
{
    private const nuint PageSize = 4096;

    [Theory]
    [InlineData(GuardPages.Behind)]
    [InlineData(GuardPages.Before)]
    public void A_block_of_any_length_can_be_written_whole_and_is_next_to_its_fence(GuardPages where)
    {
        using NonpagedPool pool = Make(where);
        Gen.Int[1, 20_000].Sample(length =>
        {
            using MemoryBlock block = pool.Allocate(length);
            block.AsSpan().Fill(1);
            nuint start = (nuint)block.Address, end = start + (nuint)length;
            // Not more than its alignment lies between: no alignment was asked for.
            return where == GuardPages.Before ? start % PageSize == 0 : end % PageSize == 0;
        }, iter: 300);
    }

    [Fact]
    public void An_alignment_that_is_asked_for_is_given()
    {
        using NonpagedPool pool = Make(GuardPages.Behind);
        Gen.Select(Gen.Int[1, 9000], Gen.Int[4, 12].Select(bits => 1u << bits)).Sample((length, alignment) =>
        {
            using MemoryBlock block = pool.Allocate(new MemoryRequest(length) { Alignment = alignment });
            return (nuint)block.Address % alignment == 0;
        }, iter: 300);
    }

    [Fact]
    public void A_free_by_address_tells_a_wrong_one_from_a_second_one()
    {
        using NonpagedPool pool = Make(GuardPages.Behind);
        void* address = pool.Alloc(100);
        Assert.False(pool.TryFree((byte*)address + 1, out BadFree bad));
        Assert.Equal(BadFree.Middle, bad);
        Assert.False(pool.TryFree(address, 101, out bad));
        Assert.Equal(BadFree.WrongLength, bad);
        Assert.True(pool.TryFree(address, 100, out _));
        Assert.False(pool.TryFree(address, out bad));
        Assert.Equal(BadFree.NotAllocated, bad);
    }

    [Fact]
    public void A_write_between_the_end_and_the_fence_is_found_at_the_free()
    {
        using NonpagedPool pool = Make(GuardPages.Behind);
        List<MemoryCorruption> found = [];
        pool.Corrupted += found.Add;
        MemoryBlock block = pool.Allocate(new MemoryRequest(100) { Alignment = 64 });
        ((byte*)block.Address)[100] = 1;
        block.Dispose();
        MemoryCorruption corruption = Assert.Single(found);
        Assert.Equal(CorruptionKind.PastEnd, corruption.Kind);
        Assert.Same(block, corruption.Block);
    }

    [Fact]
    public void Freed_blocks_are_kept_and_given_back_when_others_need_the_memory()
    {
        using NonpagedPool pool = Make(GuardPages.Behind, ceiling: 4 << 20);
        for (int time = 0; time < 5000; time++) pool.Allocate(5000).Dispose();
        Assert.Empty(pool.Blocks);
    }

    [Fact]
    public void What_is_in_use_when_the_pool_ends_is_told()
    {
        NonpagedPool pool = Make(GuardPages.Before);
        MemoryBlock block = pool.Allocate(10);
        pool.Dispose();
        Assert.Same(block, Assert.Single(pool.Leftovers!.Blocks));
        Assert.True(block.IsFreed);
    }

    [Fact]
    public void Guard_pages_need_records_and_stand_in_place_of_guards()
    {
        Assert.Throws<ArgumentException>(() => NonpagedPool.Create(new NonpagedPoolOptions { GuardPages = GuardPages.Behind }));
        Assert.Throws<ArgumentException>(() => NonpagedPool.Create(new NonpagedPoolOptions
        {
            GuardPages = GuardPages.Behind,
            Verify = true,
            Guard = true,
        }));
    }

    private static NonpagedPool Make(GuardPages where, long ceiling = 64 << 20) => NonpagedPool.Create(new NonpagedPoolOptions
    {
        Verify = true,
        GuardPages = where,
        Ladder = [MemoryRung.SmallPages],
        Ceiling = ceiling,
    });
}
