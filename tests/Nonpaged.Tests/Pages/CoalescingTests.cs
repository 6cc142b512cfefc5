using CsCheck;

namespace Nonpaged.Tests.Pages;

public sealed class CoalescingTests(ITestOutputHelper output)
{
    private const int Pages = 0x9f;

    [Fact]
    public void Pages_freed_one_by_one_in_any_order_are_one_range_again() =>
        Gen.Shuffle(Enumerable.Range(0, Pages).ToArray()).Sample(
            order =>
            {
                using MachineRam ram = new(1 << 20);
                using NonpagedPool pool = ram.Pool(MachineRam.Pc(1 << 20));
                MemoryBlock[] blocks =
                    [.. Enumerable.Range(0, Pages).Select(_ => pool.Allocate(new MemoryRequest(4096) { WholePages = true }))];
                Assert.Equal(0UL, pool.FreeBytes);
                foreach (int index in order) blocks[index].Dispose();
                Assert.Equal(1, PoolParts.FreeRangesOf(pool));
                using MemoryBlock all = pool.Allocate(new MemoryRequest(Pages * 4096) { Contiguous = true });
                Assert.Single(all.Obtained.PhysicalRanges);
            },
            iter: 30, writeLine: output.WriteLine);
}
