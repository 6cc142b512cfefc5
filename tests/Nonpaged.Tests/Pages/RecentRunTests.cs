namespace Nonpaged.Tests.Pages;

/// <summary>Pages that came back last are the next block's of the same length, where they meet its request.</summary>
public sealed unsafe class RecentRunTests
{
    private const nuint Length = 3 << 20;
    private const int MostKept = 16;

    // From the first page on, those below 1 MiB lie between the others, so that no higher zone has so many in a row.
    [Theory]
    [InlineData(256)]
    [InlineData(1)]
    public void A_long_block_has_the_pages_of_the_last_one_of_its_length_also_where_they_are_scattered(int firstPage)
    {
        using MachineRam ram = new(16 << 20);
        using NonpagedPool pool = ram.Pool(MachineRam.Permuted(firstPage, 2000, seed: 3));
        var request = new MemoryRequest(Length);
        nint[] first = Addresses(pool, request, 2);
        nint[] second = Addresses(pool, request, 2);
        // Freed in the order in which they came: the last one is taken first.
        Assert.Equal(first.Reverse(), second);
    }

    [Fact]
    public void Scattered_pages_that_came_back_are_not_given_where_they_must_be_contiguous_or_below_a_limit()
    {
        using MachineRam ram = new(16 << 20);
        using NonpagedPool pool = ram.Pool(MachineRam.Permuted(256, 2000, seed: 3));
        var request = new MemoryRequest(Length);
        Addresses(pool, request, 1);
        Assert.False(pool.TryAllocate(request with { Contiguous = true }, out _, out _));
        Addresses(pool, request, 1);
        // Somewhere among as many pages there are always some above.
        var limit = new PhysicalAddress((6 << 20) - 1);
        Assert.False(pool.TryAllocate(request with { HighestAcceptableAddress = limit }, out _, out _));
    }

    [Fact]
    public void Many_long_blocks_that_came_back_are_one_range_again()
    {
        using MachineRam ram = new(64 << 20);
        using NonpagedPool pool = ram.Pool(MachineRam.Pc(64 << 20));
        ulong free = pool.FreeBytes;
        int ranges = PoolParts.FreeRangesOf(pool);
        const nuint length = 1 << 20;
        Addresses(pool, new MemoryRequest(length) { WholePages = true }, 2 * MostKept);
        Assert.Equal(free, pool.FreeBytes);
        Assert.Equal(ranges, PoolParts.FreeRangesOf(pool));
    }

    private static nint[] Addresses(NonpagedPool pool, MemoryRequest request, int count)
    {
        MemoryBlock[] blocks = [.. Enumerable.Range(0, count).Select(_ => pool.Allocate(request))];
        nint[] addresses = [.. blocks.Select(block => (nint)block.Address)];
        foreach (MemoryBlock block in blocks) block.Dispose();
        return addresses;
    }
}
