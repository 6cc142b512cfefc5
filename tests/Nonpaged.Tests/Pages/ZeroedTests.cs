namespace Nonpaged.Tests.Pages;

/// <summary>Which blocks are zero when they are handed out (docs/guarantees.md).</summary>
[Collection("host memory")]
public sealed unsafe class ZeroedTests
{
    private const nuint Length = 300_000;

    public static TheoryData<string> Kinds =>
        ["zeroed", "whole pages", "contiguous", "protectable", "pinned", "shared", "coherent", "aligned", "limited"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_block_that_asks_for_zeros_or_for_more_than_length_and_alignment_is_zero(string kind)
    {
        using NonpagedPool pool = Pool();
        for (int round = 0; round < 3; round++)
        {
            if (!pool.TryAllocate(Request(kind), out MemoryBlock? block, out AllocationFailure? failure))
            {
                Assert.Equal("limited", kind);
                Assert.SkipWhen(true, failure.ToString());
            }

            Assert.Equal(-1, block!.AsSpan().IndexOfAnyExcept((byte)0));
            block.AsSpan().Fill(0xcc);
            block.Dispose();
        }
    }

    [Theory]
    [InlineData(100)]
    [InlineData(70_000)]
    [InlineData(300_000)]
    [InlineData(3_000_000)]
    public void Memory_that_was_freed_is_zero_where_that_is_asked_for_and_as_it_was_where_it_is_not(uint length)
    {
        using NonpagedPool pool = Pool();
        byte* first = (byte*)pool.Alloc(length);
        new Span<byte>(first, (int)length).Fill(0xcc);
        pool.Free(first);
        byte* second = (byte*)pool.Alloc(length);
        Assert.Equal((nuint)first, (nuint)second);
        Assert.Equal(-1, new Span<byte>(second, (int)length).IndexOfAnyExcept((byte)0xcc));
        pool.Free(second);
        byte* zeroed = (byte*)pool.AllocZeroed(length);
        Assert.Equal((nuint)first, (nuint)zeroed);
        Assert.Equal(-1, new Span<byte>(zeroed, (int)length).IndexOfAnyExcept((byte)0));
        pool.Free(zeroed);
    }

    [Fact]
    public void Of_a_block_that_is_partly_clean_the_pages_that_were_in_use_are_cleared()
    {
        using NonpagedPool pool = Pool();
        MemoryBlock[] parts = [.. Enumerable.Range(0, 64).Select(_ => pool.Allocate(Request("whole pages", 4096 * 3)))];
        foreach (MemoryBlock part in parts.Where((_, i) => i % 3 == 0)) part.AsSpan().Fill(0xcc);
        foreach (MemoryBlock part in parts) part.Dispose();
        using MemoryBlock whole = pool.Allocate(Request("whole pages", 1 << 20));
        Assert.Equal(-1, whole.AsSpan().IndexOfAnyExcept((byte)0));
    }

    [Fact]
    public void The_pages_that_may_hold_something_are_found_in_runs()
    {
        const nuint start = 1 << 21, pages = 1000;
        var random = new Random(5);
        var dirty = new DirtyPages(start, pages, areAll: false);
        bool[] expected = new bool[pages];
        for (int round = 0; round < 30; round++)
        {
            nuint first = (nuint)random.Next((int)pages);
            nuint count = nuint.Min((nuint)random.Next(1, 150), pages - first);
            if (round % 3 == 0) count = 1;
            dirty.Add(start + (first << Page.Shift), count);
            expected.AsSpan((int)first, (int)count).Fill(true);
            nuint from = (nuint)random.Next((int)pages);
            nuint to = from + (nuint)random.Next((int)(pages - from) + 1);
            bool[] found = new bool[pages];
            nuint at = start + (from << Page.Shift), end = start + (to << Page.Shift);
            while (true)
            {
                (nuint run, nuint behind) = dirty.NextRun(at, end);
                if (run >= end) break;
                Assert.True(behind > run && behind <= end && run >= at);
                found.AsSpan((int)((run - start) >> Page.Shift), (int)((behind - run) >> Page.Shift)).Fill(true);
                at = behind;
            }

            for (nuint i = from; i < to; i++) Assert.Equal(expected[i], found[i]);
        }
    }

    private static NonpagedPool Pool() => NonpagedPool.Create(new NonpagedPoolOptions
    { Name = "zeroed", Ladder = [MemoryRung.Collapsed], IdleRelease = TimeSpan.FromHours(1) });

    private static MemoryRequest Request(string kind, nuint length = Length) => kind switch
    {
        "zeroed" => new MemoryRequest(length) { Zeroed = true },
        "whole pages" => new MemoryRequest(length) { WholePages = true },
        "contiguous" => new MemoryRequest(length) { Contiguous = true },
        "protectable" => new MemoryRequest(length) { Protectable = true },
        "pinned" => new MemoryRequest(length) { Pin = PinDemand.Any },
        "shared" => new MemoryRequest(length) { Shared = Sharing.ReadWrite },
        "coherent" => new MemoryRequest(length) { Caching = Caching.Coherent },
        "aligned" => new MemoryRequest(length) { Alignment = 1 << 16 },
        "limited" => new MemoryRequest(length) { HighestAcceptableAddress = new PhysicalAddress(1UL << 45) },
        _ => throw new ArgumentException(kind, nameof(kind)),
    };
}
