using System.Globalization;

namespace Nonpaged.Bench;

/// <summary>Results of "xdp" as tables that a person reads.</summary>
internal static class XdpTable
{
    private const double Million = 1e6;

    public static string Of(XdpResults results)
    {
        var text = new StringWriter(CultureInfo.InvariantCulture);
        text.WriteLine($"{Title(results)}.");
        text.WriteLine();
        text.WriteLine("Million frames a second, median and most, over a pair of veth interfaces between two network namespaces. "
            + $"The end that is measured has napi_defer_hard_irqs {Cable.DeferredInterrupts} and gro_flush_timeout "
            + $"{Cable.FlushNanoseconds}: the kernel then hands over batches of 32 to 60 frames. The generator of rx-drop and "
            + "l2fwd is the C program's tx, on another processor. Ratios are of frames a second, so that above 1 ours is faster: "
            + "the median of the rounds' ratios, and in brackets that of medians. The verdict is over the better of both peers.");
        text.WriteLine();
        text.WriteLine($"| | {string.Join(" | ", XdpContestants.All)} | AOT / C | JIT / C | AOT / DPDK | |");
        text.WriteLine($"|---|{string.Concat(XdpContestants.All.Select(_ => "---|"))}---|---|---|---|");
        foreach (XdpRow row in results.Rows)
        {
            text.WriteLine($"| {Name(row)} | {string.Join(" | ", row.Figures.Select(Rates))} | {Ratio(row.OursToC)} | "
                + $"{Ratio(row.JitToC)} | {Ratio(row.OursToDpdk)} | {Verdict.Of(row.TimeRatio())} |");
        }

        text.WriteLine();
        text.WriteLine(Verdict.Count(results.Rows.Select(row => (double?)row.TimeRatio())) + " These ratios are of times.");
        WriteProcessorTime(text, results);
        WriteFrames(text, results);
        return text.ToString();
    }

    private static void WriteProcessorTime(StringWriter text, XdpResults results)
    {
        text.WriteLine();
        text.WriteLine("Microseconds of processor time a frame, user + system, medians. Each looks again at once where nothing "
            + "has arrived, so one that receives uses its processor whole, and its waiting counts.");
        text.WriteLine();
        text.WriteLine($"| | {string.Join(" | ", XdpContestants.All)} |");
        text.WriteLine($"|---|{string.Concat(XdpContestants.All.Select(_ => "---|"))}");
        foreach (XdpRow row in results.Rows)
        {
            text.WriteLine($"| {Name(row)} | "
                + $"{string.Join(" | ", row.Figures.Select(one => $"{Format.Short(one.User)} + {Format.Short(one.System)}"))} |");
        }
    }

    private static void WriteFrames(StringWriter text, XdpResults results)
    {
        text.WriteLine();
        text.WriteLine("The frame pool by itself: nanoseconds for one frame taken and given back, minimum (median), and ours "
            + "over rte_mempool, of minimums.");
        text.WriteLine();
        text.WriteLine($"| at once | {string.Join(" | ", XdpContestants.Pools)} | ratio, checked | unchecked |");
        text.WriteLine($"|---|{string.Concat(XdpContestants.Pools.Select(_ => "---|"))}---|---|");
        foreach (FramesRow row in results.Frames)
        {
            text.WriteLine($"| {row.Count} | "
                + string.Join(" | ", row.Times.Select(one => $"{Format.Short(one.Minimum)} ({Format.Short(one.Median)})"))
                + $" | {Verdict.Bold(row.Checked)} | {Verdict.Bold(row.Unchecked)} |");
        }
    }

    private static string Title(XdpResults results)
    {
        string versions = string.Join(", ", results.Versions.Select(one => $"{one.Key} {one.Value}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{results.Machine.Describe($"{results.Machine.Compiler}, {versions}", MachineFacts.CurrentXdpSource)}; "
                + $"{results.Rounds} rounds of {results.Seconds} s each");
    }

    private static string Name(XdpRow row) => $"{row.Mode}, {row.Bytes} B";

    private static string Rates(XdpFigures one) => $"{Rate(one.Median)}, {Rate(one.Most)}";

    private static string Rate(double rate) => (rate / Million).ToString("0.000", CultureInfo.InvariantCulture);

    // Of frames a second.
    private static string Ratio(XdpRatio ratio)
    {
        string rounds = Format.ShortRatio(ratio.OfRounds);
        if (Verdict.Of(1 / ratio.OfRounds) == Verdict.Ahead) rounds = $"**{rounds}**";
        return $"{rounds} ({Format.ShortRatio(ratio.OfMedians)})";
    }
}
