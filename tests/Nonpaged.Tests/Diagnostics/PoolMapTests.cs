using CsCheck;

namespace Nonpaged.Tests.Diagnostics;

public sealed unsafe class PoolMapTests(ITestOutputHelper output)
{
    private static readonly Gen<(bool Allocate, int Length, bool Whole, bool Low, int Pick)> s_step =
        Gen.Select(Gen.Int[0, 2], Gen.OneOf(
            Gen.Int[1, 300], Gen.Int[1, 9000], Gen.Int[1, 2_000_000]), Gen.Bool, Gen.Bool, Gen.Int[0, int.MaxValue])
            .Select(step => (step.Item1 != 0, step.Item2, step.Item3, step.Item4, step.Item5));

    public static TheoryData<string> Pools => ["host", "pc", "permuted"];

    [Theory]
    [MemberData(nameof(Pools))]
    public void Used_and_free_are_what_is_held_and_the_blocks_are_in_what_is_used(string kind)
    {
        // CsCheck prints the seed of a failing history; CsCheck_Seed in the environment repeats it.
        s_step.Array[1, 60].Sample(steps => Run(kind, steps), iter: kind == "host" ? 12 : 40, writeLine: output.WriteLine);
    }

    [Fact]
    public void A_map_stays_as_it_was_and_the_next_one_tells_what_changed()
    {
        using MachineRam ram = new(16 << 20);
        using NonpagedPool pool = ram.Pool(MachineRam.Pc(16 << 20));
        PoolMap before = pool.GetMap();
        MemoryBlock block = pool.Allocate(new MemoryRequest(3 * 4096 + 1) { WholePages = true, Owner = "mine" });
        PoolMap during = pool.GetMap();
        block.Dispose();
        PoolMap after = pool.GetMap();
        Assert.Equal(0UL, before.UsedBytes);
        Assert.Equal(4UL * 4096, during.UsedBytes);
        Assert.Equal(0UL, after.UsedBytes);
        PoolUse use = Assert.Single(
            during.Extents.SelectMany(extent => extent.Stretches), stretch => stretch.Use is not null).Use!;
        Assert.Equal((1, 3UL * 4096 + 1), (use.Count, use.BlockBytes));
        Assert.Equal("mine", Assert.Single(use.Blocks).Request.Owner);
    }

    [Fact]
    public void Fragmentation_is_the_share_of_free_memory_outside_of_its_longest_run()
    {
        const int pages = 8;
        using MachineRam ram = new(64 << 10);
        using NonpagedPool pool = ram.Pool([new MemoryPiece(0x1000, pages * 4096, new PhysicalAddress(0x1000))]);
        Assert.Equal(0, pool.GetMap().Fragmentation);
        MemoryBlock[] blocks =
            [.. Enumerable.Range(0, pages).Select(_ => pool.Allocate(new MemoryRequest(4096) { WholePages = true }))
                .OrderBy(block => (nuint)block.Address)];
        Assert.Equal((0UL, 0UL, 0), (pool.GetMap().FreeBytes, pool.GetMap().LongestFreeRun, pool.GetMap().Fragmentation));
        // Free: pages 0, 2, 3 and 6.
        foreach (int page in new[] { 0, 2, 3, 6 }) blocks[page].Dispose();
        PoolMap map = pool.GetMap();
        Assert.Equal((4UL * 4096, 2UL * 4096, 0.5), (map.FreeBytes, map.LongestFreeRun, map.Fragmentation));
        Assert.Equal(
            [(0UL, true), (0x1000UL, false), (0x2000UL, true), (0x4000UL, false), (0x5000UL, false), (0x6000UL, true),
                (0x7000UL, false)],
            Assert.Single(map.Extents).Stretches.Select(stretch => (stretch.Offset, stretch.Use is null)));
    }

    [Fact]
    public void A_pool_that_is_disposed_has_no_map()
    {
        var pool = NonpagedPool.Create();
        pool.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pool.GetMap());
    }

    private static void Run(string kind, (bool Allocate, int Length, bool Whole, bool Low, int Pick)[] steps)
    {
        using MachineRam ram = new(32 << 20);
        using NonpagedPool pool = kind switch
        {
            "host" => NonpagedPool.Create(new NonpagedPoolOptions { Ceiling = 32 << 20, IdleRelease = Timeout.InfiniteTimeSpan }),
            "permuted" => ram.Pool(MachineRam.Permuted(1, 2000, seed: 7)),
            _ => ram.Pool(MachineRam.Pc(32 << 20)),
        };
        var blocks = new List<MemoryBlock>();
        foreach ((bool allocate, int length, bool whole, bool low, int pick) in steps)
        {
            if (!allocate && blocks.Count > 0)
            {
                blocks[pick % blocks.Count].Dispose();
                blocks.RemoveAt(pick % blocks.Count);
            }
            else
            {
                var limit = new PhysicalAddress(low && kind != "host" ? 0xffffff : ulong.MaxValue);
                if (pool.TryAllocate(
                    new MemoryRequest((nuint)length) { WholePages = whole, HighestAcceptableAddress = limit },
                    out MemoryBlock? block,
                    out _))
                {
                    blocks.Add(block);
                }
            }
        }

        Check(pool, blocks);
    }

    private static void Check(NonpagedPool pool, List<MemoryBlock> blocks)
    {
        PoolMap map = pool.GetMap();
        Assert.Equal(map.HeldBytes, map.UsedBytes + map.FreeBytes);
        Assert.Equal((pool.HeldBytes, pool.FreeBytes), (map.HeldBytes, map.FreeBytes));
        Assert.Equal(map.Extents.SelectMany(FreeRuns).DefaultIfEmpty(0UL).Max(), map.LongestFreeRun);
        foreach (PoolExtent extent in map.Extents)
        {
            ulong offset = 0;
            foreach (PoolStretch stretch in extent.Stretches)
            {
                Assert.Equal(offset, stretch.Offset);
                offset += stretch.Length;
            }

            Assert.Equal(extent.Length, offset);
            Assert.Equal(extent.Length, extent.PhysicalRanges.Aggregate(0UL, (sum, range) => sum + range.Length));
        }

        // Each block lies within one stretch.
        PoolUse[] uses = [.. map.Extents.SelectMany(extent => extent.Stretches).Select(stretch => stretch.Use).OfType<PoolUse>()];
        Assert.Equal(blocks.ToHashSet(), uses.SelectMany(use => use.Blocks).ToHashSet());
        Assert.Equal(blocks.Count, uses.Sum(use => use.Count));
        foreach (MemoryBlock block in blocks)
        {
            PoolExtent extent = Assert.Single(
                map.Extents,
                extent => (nuint)block.Address >= extent.Start && (nuint)block.Address < extent.Start + extent.Length);
            ulong offset = (nuint)block.Address - extent.Start;
            PoolStretch around = Assert.Single(
                extent.Stretches,
                stretch => offset >= stretch.Offset && offset + block.Length <= stretch.Offset + stretch.Length);
            Assert.Contains(block, around.Use!.Blocks);
        }
    }

    /// <summary>How long the pieces are that are both one physical range and one free stretch.</summary>
    private static IEnumerable<ulong> FreeRuns(PoolExtent extent)
    {
        ulong start = 0;
        foreach (PhysicalRange range in extent.PhysicalRanges)
        {
            ulong end = start + range.Length;
            foreach (PoolStretch free in extent.Stretches.Where(stretch => stretch.Use is null))
            {
                ulong first = ulong.Max(start, free.Offset);
                ulong last = ulong.Min(end, free.Offset + free.Length);
                if (last > first) yield return last - first;
            }

            start = end;
        }
    }
}
