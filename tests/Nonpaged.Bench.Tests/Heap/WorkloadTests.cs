namespace Nonpaged.Bench.Tests;

public sealed class WorkloadTests
{
    private static readonly Lock s_gate = new();
    private static readonly HashSet<nint> s_live = [];
    private static nint s_next;
    private static int s_allocated;

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
    public void Two_threads_free_what_they_allocate_also_where_one_allocates_and_the_other_frees()
    {
        Assert.SkipUnless(Processor.AreTwo, "This machine has one processor.");
        Counted heap = default;
        Assert.Equal(2 * (10_000 + 20_000 + 500), Allocated(() => new TwoThreads<Counted, nint>(heap).Churn(2, 500)));
        Assert.Equal(3200, Allocated(() => new TwoThreads<Counted, nint>(heap).Remote(64, 3200)));
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

    /// <summary>Gives numbers instead of memory, and knows which of them are in use.</summary>
    private readonly struct Counted : IBlocks<nint>
    {
        public nint Allocate(nuint size)
        {
            lock (s_gate)
            {
                s_allocated++;
                s_live.Add(++s_next);
                return s_next;
            }
        }

        public void Free(nint block)
        {
            lock (s_gate) Assert.True(s_live.Remove(block));
        }

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

        public void Free(ReadOnlySpan<nint> blocks)
        {
            foreach (nint block in blocks) Free(block);
        }

        public (ulong Held, ulong Free) Memory() => (0, 0);
    }
}
