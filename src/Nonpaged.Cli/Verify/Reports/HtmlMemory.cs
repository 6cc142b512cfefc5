using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>
/// The driver's blocks in one run: time to the right, addresses down. Addresses that no block had are left out and sizes drawn
/// by their logarithm, since a block of 64 bytes and one of 64 KiB would not both be seen otherwise.
/// </summary>
internal static class HtmlMemory
{
    private const int Width = 1000;
    private const int MostBlocks = 4000;
    private const int MostHeight = 640;
    private const int LabelHeight = 13;
    private const int Colours = 6;
    private const ulong Page = 4096;

    public static void Add(HtmlWriter page, VerifyDocument document)
    {
        if (document.Blocks.Count == 0) return;
        VerifyBlockDocument[] blocks = [.. document.Blocks.Take(MostBlocks)];
        double end = blocks.Max(block => Math.Max(block.Allocated, block.Freed ?? 0)) * 1.03;
        if (end <= 0) end = 1;
        (Dictionary<ulong, double> places, List<double> gaps, double height) = Compact(blocks);
        string[] calls =
        [
            .. blocks.GroupBy(block => block.Call).OrderByDescending(call => call.Count())
                .ThenBy(call => call.Key, StringComparer.Ordinal).Select(call => call.Key),
        ];
        page.Add($"""
            <section aria-labelledby="memory">
            <h2 id="memory">Memory</h2>
            <p class="small">{Summary(document.Blocks)} Time goes to the right, addresses go down; those of no block are left out.
            </p>
            <div class="panel"><div class="chart memory"><div class="names" aria-hidden="true" style="height:{height}px">

            """);
        AddLabels(page, blocks, places);
        page.Add($"""
            </div><div class="plot"><svg role="img" aria-label="Map of {HtmlText.Count(blocks.Length, "block")} of memory"
            height="{height}" viewBox="0 0 {Width} {height}" preserveAspectRatio="none">

            """);
        HtmlTimeline.AddGrid(page, end, height);
        foreach (double gap in gaps) page.Add($"<path class=\"gap\" d=\"M0 {gap}H{Width}\"/>\n");
        foreach (VerifyBlockDocument block in blocks.OrderBy(block => block.Allocated))
            Add(page, block, Array.IndexOf(calls, block.Call), Width / end, places);
        page.Add($"</svg>\n");
        HtmlTimeline.AddAxis(page, end);
        page.Add($"</div></div>\n");
        AddLegend(page, blocks, calls);
        AddTable(page, blocks);
        page.Add($"</div></section>\n");
    }

    private static string Summary(IReadOnlyList<VerifyBlockDocument> blocks)
    {
        int kept = blocks.Count(block => block.Freed is null);
        string left = kept == 0 ? "all freed" : string.Create(CultureInfo.InvariantCulture, $"{kept} not freed");
        string cut = blocks.Count > MostBlocks ? $" The first {MostBlocks} are shown." : "";
        return $"The driver's blocks in one run: {blocks.Count}, {left}.{cut}";
    }

    // Where each block's start and end lie in the picture, and where addresses were left out. Blocks that had the same memory
    // one after the other lie in the same place.
    private static (Dictionary<ulong, double> Places, List<double> Gaps, double Height) Compact(VerifyBlockDocument[] blocks)
    {
        var changes = new SortedDictionary<ulong, int>();
        foreach (VerifyBlockDocument block in blocks)
        {
            changes[block.Address] = changes.GetValueOrDefault(block.Address) + 1;
            changes[End(block)] = changes.GetValueOrDefault(End(block)) - 1;
        }

        ulong[] bounds = [.. changes.Keys];
        double[] heights = new double[bounds.Length];
        int inside = 0;
        for (int index = 0; index + 1 < bounds.Length; index++)
        {
            inside += changes[bounds[index]];
            ulong length = bounds[index + 1] - bounds[index];
            heights[index] = inside > 0 ? Math.Clamp(6 + 2 * Math.Log2(1 + length / 32.0), 7, 30) : length < Page ? 3 : 11;
        }

        double factor = Math.Min(1, MostHeight / Math.Max(1, heights.Sum()));
        var places = new Dictionary<ulong, double>();
        var gaps = new List<double>();
        double y = 0;
        inside = 0;
        for (int index = 0; index < bounds.Length; index++)
        {
            places[bounds[index]] = y;
            inside += changes[bounds[index]];
            double height = heights[index] * factor;
            if (inside == 0 && heights[index] > 10) gaps.Add(y + height / 2);
            y += height;
        }

        return (places, gaps, y);
    }

    // No block is empty in the picture, so that its start and end differ.
    private static ulong End(VerifyBlockDocument block) =>
        block.Address + Math.Min(Math.Max(1, block.Length), ulong.MaxValue - block.Address);

    private static void AddLabels(HtmlWriter page, VerifyBlockDocument[] blocks, Dictionary<ulong, double> places)
    {
        double last = double.NegativeInfinity;
        foreach (ulong address in blocks.Select(block => block.Address).Distinct().Order())
        {
            double top = places[address];
            if (top < last + LabelHeight) continue;
            last = top;
            page.Add($"<span style=\"top:{top}px\">{Hex(address)}</span>\n");
        }
    }

    private static void Add(
        HtmlWriter page, VerifyBlockDocument block, int call, double scale, Dictionary<ulong, double> places)
    {
        double x = block.Allocated * scale;
        double right = block.Freed is { } freed ? freed * scale : Width;
        double width = Math.Max(3, right - x);
        double y = places[block.Address];
        double height = Math.Max(1, places[End(block)] - y);
        // A border would cover what is small.
        string kind = height > 6 && width > 6 ? "block framed" : "block";
        page.Add($"<g><title>{Describe(block)}</title>");
        page.Add($"<rect class=\"{kind} call-{Math.Min(call, Colours - 1)}\" x=\"{x}\" y=\"{y}\"");
        page.Add($" width=\"{width}\" height=\"{height}\"/>");
        if (block.Freed is null)
            page.Add($"<rect class=\"kept\" x=\"{Width - 9}\" y=\"{y}\" width=\"9\" height=\"{height}\"/>");
        page.Add($"</g>\n");
    }

    private static string Describe(VerifyBlockDocument block)
    {
        string place = block.Place is null ? "" : $", {Where(block.Place)}";
        string end = block.Freed is { } freed ? $"freed at {HtmlText.Time(freed)}" : "not freed";
        return $"{block.Call}, {Size.Format(block.Length)} at {Hex(block.Address)}{place}: "
            + $"allocated at {HtmlText.Time(block.Allocated)}, {end}";
    }

    private static string Where(FrameDocument place) =>
        place.Function is null ? HtmlText.Place(place) : $"{place.Function} {HtmlText.Place(place)}";

    private static string Hex(ulong address) => string.Create(CultureInfo.InvariantCulture, $"0x{address:x}");

    private static void AddLegend(HtmlWriter page, VerifyBlockDocument[] blocks, string[] calls)
    {
        page.Add($"<ul class=\"legend\">\n");
        for (int index = 0; index < Math.Min(calls.Length, Colours); index++)
        {
            bool isRest = index == Colours - 1 && calls.Length > Colours;
            string name = isRest ? "other calls" : calls[index];
            page.Add($"<li><span class=\"key call-{index}\" aria-hidden=\"true\"></span>{name}</li>\n");
        }

        if (blocks.Any(block => block.Freed is null))
            page.Add($"<li><span class=\"key kept\" aria-hidden=\"true\"></span>a thick right end: not freed</li>\n");
        page.Add($"</ul>\n");
    }

    private static void AddTable(HtmlWriter page, VerifyBlockDocument[] blocks)
    {
        page.Add($"""
            <details class="runs"><summary>The blocks as a table</summary>
            <table><thead><tr><th scope="col">Call and place</th><th scope="col" class="numeric">Size</th>
            <th scope="col" class="numeric wide">Allocated</th><th scope="col" class="numeric">Freed</th></tr></thead>
            <tbody>

            """);
        foreach (VerifyBlockDocument block in blocks.OrderBy(block => block.Allocated))
        {
            page.Add($"<tr><th scope=\"row\"><code>{block.Call}</code> ");
            if (block.Place is not null) page.Add($"<span class=\"at\">{Where(block.Place)}</span> ");
            page.Add($"<span class=\"at\">{Hex(block.Address)}</span></th>");
            page.Add($"<td class=\"numeric\">{Size.Format(block.Length)}</td>");
            page.Add($"<td class=\"numeric wide\">{HtmlText.Time(block.Allocated)}</td><td class=\"numeric\">");
            if (block.Freed is { } freed) page.Add($"{HtmlText.Time(freed)}</td></tr>\n");
            else page.Add($"<b>not freed</b></td></tr>\n");
        }

        page.Add($"</tbody></table></details>\n");
    }
}
