namespace Nonpaged.Bench.Tests;

public sealed class WorkloadTests
{
    private static readonly Lock s_gate = new();
    private static readonly Dictionary<nint, nuint> s_live = [];
    private static nint s_next;
    private static int s_allocated;
    private static int s_zeroed;
    private static int s_allocatedBy;
    private static int s_freedBy;

    [Fact]
    public void Every_workload_allocates_as_often_as_it_says_and_frees_all_of_it_once()
    {
        Counted heap = default;
        Assert.Equal(1000, Allocated(() => Workload<Counted, nint>.Lifo(heap, new Job(64), 1000)));
        Assert.Equal(640, Allocated(() => Workload<Counted, nint>.InBatches(heap, new Job(64), 640)));
        Assert.Equal(1024 - 32 + 640, Allocated(() => Workload<Counted, nint>.Bulk(heap, new Job(2048, Many: 32), 640)));
        Assert.Equal(10_000 + 20_000 + 500, Allocated(() => new TwoThreads<Counted, nint>(heap).Churn(1, 500)));
        Assert.Equal(1000 + 1001 + 500, Allocated(() => Replaced(heap, 1, 500)));
        Assert.Equal(1000 + 1024 + 512, Allocated(() => Replaced(heap, 256, 512)));
        Assert.Equal(1000 + 5000, Allocated(() =>
        {
            var set = new MixedSet<Counted, nint>(heap, 1000);
            set.Churn();
            set.Free(9);
            set.Free(10);
        }));
    }

    [Fact]
    public void A_free_that_is_told_the_length_is_told_that_of_the_block()
    {
        CountedBySize heap = default;
        Assert.Equal(1000, Allocated(() => Workload<CountedBySize, nint>.Lifo(heap, new Job(64), 1000)));
        Assert.Equal(640, Allocated(() => Workload<CountedBySize, nint>.InBatches(heap, new Job(64), 640)));
        Assert.Equal(1024 - 32 + 640, Allocated(() => Workload<CountedBySize, nint>.Bulk(heap, new Job(2048, Many: 32), 640)));
        Assert.Equal(10_000 + 20_000 + 500, Allocated(() => new TwoThreads<CountedBySize, nint>(heap).Churn(1, 500)));
    }

    [Fact]
    public void Large_blocks_and_those_of_a_device_are_allocated_in_sets_and_zeroed_where_asked()
    {
        Counted heap = default;
        Assert.Equal(10, Allocated(() => LargeBlocks<Counted, nint>.Run(heap, new Job(65537, Many: 1), 10)));
        Assert.Equal(128, Allocated(() => LargeBlocks<Counted, nint>.Run(heap, new Job(1 << 20, Many: 64), 128)));
        Assert.Equal(0, s_zeroed);
        Assert.Equal(128, Allocated(() => LargeBlocks<Counted, nint>.RunZeroed(heap, heap, new Job(1 << 20, Many: 64), 128)));
        Assert.Equal(128, s_zeroed);
    }

    [Fact]
    public void A_device_gets_pages_below_16_MiB_that_are_free_again_afterwards()
    {
        DmaBlocks heap = new();
        ulong free = heap.Memory().Free;
        MemoryBlock block = heap.Allocate(4096);
        PhysicalRange range = Assert.Single(block.Obtained.PhysicalRanges);
        Assert.InRange(range.Start!.Value.Value, 1UL << 20, (16UL << 20) - 4096);
        heap.WriteFirst(block, 1);
        heap.Free(block, 4096);
        LargeBlocks<DmaBlocks, MemoryBlock>.Run(heap, new Job(4096, Many: 64), 128);
        Assert.Equal(free, heap.Memory().Free);
    }

    [Fact]
    public void Two_threads_free_what_they_allocate_also_where_one_allocates_and_the_other_frees()
    {
        Assert.SkipUnless(Processor.AreTwo, "This machine has one processor.");
        Counted heap = default;
        Assert.Equal(2 * (10_000 + 20_000 + 500), Allocated(() => new TwoThreads<Counted, nint>(heap).Churn(2, 500)));
        Assert.Equal(3200, Allocated(() => new TwoThreads<Counted, nint>(heap).Remote(64, 3200)));
        int first = Environment.CurrentManagedThreadId;
        var handover = new Handover<Counted, nint>(heap, 64);
        Assert.Equal(5120, Allocated(() => handover.Run(5120)));
        Assert.Equal(10_240, Allocated(() => handover.Run(10_240)));
        Assert.Equal(first, s_allocatedBy);
        Assert.NotEqual(first, s_freedBy);
    }

    private static void Replaced(Counted heap, int many, long pairs)
    {
        var set = new LiveSet<Counted, nint>(heap, new Job(64, 1000, many));
        set.Replace(pairs);
        set.Free();
    }

    private static int Allocated(Action workload)
    {
        int before = s_allocated;
        workload();
        Assert.Empty(s_live);
        return s_allocated - before;
    }

    private static nint Take(nuint size)
    {
        lock (s_gate)
        {
            s_allocated++;
            s_allocatedBy = Environment.CurrentManagedThreadId;
            s_live.Add(++s_next, size);
            return s_next;
        }
    }

    private static nuint Give(nint block)
    {
        lock (s_gate)
        {
            s_freedBy = Environment.CurrentManagedThreadId;
            Assert.True(s_live.Remove(block, out nuint size));
            return size;
        }
    }

    /// <summary>Gives numbers instead of memory, and knows which of them are in use.</summary>
    private readonly struct Counted : IBlocks<nint>, IZeroedBlocks<nint>
    {
        public static bool IsSized => false;

        public nint Allocate(nuint size) => Take(size);

        public void Free(nint block, nuint size) => Give(block);

        public void WriteFirst(nint block, ulong value)
        {
        }

        public void Write(nint block, nuint at, byte value)
        {
        }

        public void Allocate(Span<nint> blocks, nuint size)
        {
            foreach (ref nint block in blocks) block = Allocate(size);
        }

        public void Free(ReadOnlySpan<nint> blocks, nuint size)
        {
            foreach (nint block in blocks) Free(block, size);
        }

        public nint AllocateZeroed(nuint size)
        {
            s_zeroed++;
            return Take(size);
        }

        public (ulong Held, ulong Free) Memory() => (0, 0);
    }

    /// <summary>The same, and compares the length that a free is told.</summary>
    private readonly struct CountedBySize : IBlocks<nint>
    {
        public static bool IsSized => true;

        public nint Allocate(nuint size) => Take(size);

        public void Free(nint block, nuint size) => Assert.Equal(size, Give(block));

        public void WriteFirst(nint block, ulong value)
        {
        }

        public void Write(nint block, nuint at, byte value)
        {
        }

        public void Allocate(Span<nint> blocks, nuint size)
        {
            foreach (ref nint block in blocks) block = Allocate(size);
        }

        public void Free(ReadOnlySpan<nint> blocks, nuint size)
        {
            foreach (nint block in blocks) Free(block, size);
        }

        public (ulong Held, ulong Free) Memory() => (0, 0);
    }
}
