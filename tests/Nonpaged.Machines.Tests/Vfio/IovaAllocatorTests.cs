using CsCheck;
using Nonpaged.Machines.Vfio;

namespace Nonpaged.Machines.Tests.Vfio;

public sealed class IovaAllocatorTests(ITestOutputHelper output)
{
    // What Linux tells of an Intel IOMMU of 39 bits: the window of message-signalled interrupts is left out.
    private static readonly IovaRange[] s_usable = [new(0, 0xfedf_ffff), new(0xfef0_0000, 0x7f_ffff_ffff)];

    [Fact]
    public void Page_0_the_reserved_window_and_what_the_card_cannot_reach_are_never_given()
    {
        var card = new IovaAllocator(s_usable, 0xffff_ffff);
        Assert.Equal([new IovaRange(0x1000, 0xfedf_ffff), new IovaRange(0xfef0_0000, 0xffff_ffff)], card.FreeRanges);
        Assert.Equal(
            [new IovaRange(0x1000, 0xfedf_ffff), new IovaRange(0xfef0_0000, 0x7f_ffff_ffff)],
            new IovaAllocator(s_usable, ulong.MaxValue).FreeRanges);
        Assert.Equal(
            [new IovaRange(0x1000, 0xff_efff)], new IovaAllocator([new IovaRange(0x10, 0xff_f0ff)], ulong.MaxValue).FreeRanges);
        Assert.Equal(
            [new IovaRange(0x1000, ulong.MaxValue - 0x1000)],
            new IovaAllocator([new IovaRange(0, ulong.MaxValue)], ulong.MaxValue).FreeRanges);
    }

    [Fact]
    public void The_highest_place_is_taken_and_only_the_limited_part_need_lie_below_the_limit()
    {
        var addresses = new IovaAllocator(s_usable, 0xffff_ffff);
        Assert.Equal(0xffe0_0000UL, addresses.TryTake(Aligned(2 << 20)));
        Assert.Equal(
            0xfec0_0000UL, addresses.TryTake(new IovaRequest(2 << 20, 2 << 20, 0, 2 << 20, new PhysicalAddress(0xfef0_0000))));
        Assert.Equal(
            0x1000UL,
            addresses.TryTake(new IovaRequest((2 << 20) - 4096, 2 << 20, 4096, 64 << 10, new PhysicalAddress(0xf_ffff))));
        Assert.Null(addresses.TryTake(new IovaRequest(4096, 4096, 0, 4096, new PhysicalAddress(0xf_ffff))));
        Assert.Null(addresses.TryTake(new IovaRequest(4096, 4096, 0, 4096, new PhysicalAddress(0))));
    }

    [Fact]
    public void Random_histories_agree_with_a_map_of_single_pages()
    {
        var step = Gen.Select(
            Gen.Bool, Gen.Int[1, 60], Gen.Int[0, 5], Gen.Int[0, 31], Gen.Int[0, 260], Gen.Int[0, int.MaxValue],
            (take, pages, alignment, remainder, limit, pick) =>
                new Step(take, (nuint)pages, (nuint)1 << alignment, (nuint)remainder, (ulong)limit, pick));
        // CsCheck prints the seed of a failing history; CsCheck_Seed in the environment repeats it.
        step.Array[1, 200].Sample(Run, iter: 300, writeLine: output.WriteLine);
    }

    private static void Run(Step[] steps)
    {
        // 256 pages, of which 100 to 109 are reserved.
        var addresses = new IovaAllocator(
            [new IovaRange(0, 100 * Page - 1), new IovaRange(110 * Page, 256 * Page - 1)], ulong.MaxValue);
        bool[] taken = new bool[256];
        taken.AsSpan(100, 10).Fill(true);
        taken[0] = true;
        ulong all = addresses.FreeBytes;
        var held = new List<(ulong Start, nuint Pages)>();
        foreach (Step step in steps)
        {
            if (step.Take) Take(addresses, taken, held, step);
            else if (held.Count > 0) Give(addresses, taken, held, step.Pick % held.Count);
            Assert.Equal((ulong)taken.Count(one => !one) * Page, addresses.FreeBytes);
        }

        while (held.Count > 0) Give(addresses, taken, held, 0);
        Assert.Equal(all, addresses.FreeBytes);
        Assert.Equal([new IovaRange(Page, 100 * Page - 1), new IovaRange(110 * Page, 256 * Page - 1)], addresses.FreeRanges);
    }

    private const ulong Page = 4096;

    private static void Take(IovaAllocator addresses, bool[] taken, List<(ulong, nuint)> held, Step step)
    {
        nuint limited = nuint.Max(1, step.Pages / 2);
        nuint remainder = step.Remainder % step.Alignment;
        int? expected = Highest(taken, (int)step.Pages, (int)step.Alignment, (int)remainder, (int)limited, step.Limit);
        ulong? start = addresses.TryTake(new IovaRequest(
            step.Pages * (nuint)Page, step.Alignment * (nuint)Page, remainder * (nuint)Page, limited * (nuint)Page,
            new PhysicalAddress(step.Limit * Page - (step.Limit == 0 ? 0UL : 1UL))));
        Assert.Equal(expected is null ? null : (ulong)expected * Page, start);
        if (start is null) return;
        taken.AsSpan(expected!.Value, (int)step.Pages).Fill(true);
        held.Add((start.Value, step.Pages));
    }

    private static void Give(IovaAllocator addresses, bool[] taken, List<(ulong Start, nuint Pages)> held, int index)
    {
        (ulong start, nuint pages) = held[index];
        held.RemoveAt(index);
        addresses.Give(start, pages * Page);
        taken.AsSpan((int)(start / Page), (int)pages).Clear();
    }

    /// <summary>By trying each place, from the highest one down.</summary>
    private static int? Highest(bool[] taken, int pages, int alignment, int remainder, int limited, ulong limit)
    {
        for (int start = 256 - pages; start >= 0; start--)
        {
            if (start % alignment == remainder && (ulong)(start + limited) <= limit && !taken.AsSpan(start, pages).Contains(true))
                return start;
        }

        return null;
    }

    private static IovaRequest Aligned(nuint length) => new(length, length, 0, length, PhysicalAddress.Max);

    private sealed record Step(bool Take, nuint Pages, nuint Alignment, nuint Remainder, ulong Limit, int Pick);
}
