namespace Nonpaged.Cli;

/// <summary>How much of each function ran. The function that ran least is first.</summary>
internal static class HtmlCoverage
{
    public static void Add(HtmlWriter page, VerifyDocument document)
    {
        if (document.Coverage.Count == 0) return;
        int lines = document.Coverage.Sum(function => function.Lines);
        int covered = document.Coverage.Sum(function => function.Covered);
        page.Add($"""
            <section aria-labelledby="coverage">
            <h2 id="coverage">Coverage</h2>
            <p class="small">{covered} of {lines} lines of the driver ran, {Percent(covered, lines)} %.
            Least covered first.</p>
            <div class="panel"><table class="coverage">
            <thead><tr><th scope="col">Function</th><th scope="col" class="bars"><span class="unseen">Share</span></th>
            <th scope="col" class="numeric">Lines</th><th scope="col" class="numeric">Ran</th></tr></thead>
            <tbody>

            """);
        foreach (CoverageDocument function in document.Coverage.OrderBy(Share).ThenByDescending(one => one.Lines))
            Add(page, function);
        page.Add($"</tbody></table></div>\n</section>\n");
    }

    private static void Add(HtmlWriter page, CoverageDocument function)
    {
        page.Add($"<tr><th scope=\"row\"><code class=\"function\">{function.Function}</code> ");
        if (function.File is { } file)
            page.Add($"<span class=\"at\" title=\"{file}\">{HtmlText.Place(file, function.Line)}</span>");
        page.Add($"</th><td class=\"bars\"><span class=\"bar\" aria-hidden=\"true\">");
        page.Add($"<i style=\"width:{100 * Share(function)}%\"></i></span></td>");
        page.Add($"<td class=\"numeric\">{function.Covered}/{function.Lines}</td><td class=\"numeric\">");
        if (function.Covered == 0) page.Add($"never</td></tr>\n");
        else page.Add($"{Percent(function.Covered, function.Lines)} %</td></tr>\n");
    }

    private static double Share(CoverageDocument function) =>
        function.Lines == 0 ? 1 : Math.Clamp(function.Covered / (double)function.Lines, 0, 1);

    // Rounded down: 100 % is only what ran whole.
    private static int Percent(int covered, int lines) => lines == 0 ? 100 : (int)(100L * covered / lines);
}
