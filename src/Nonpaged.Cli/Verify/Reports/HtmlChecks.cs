namespace Nonpaged.Cli;

/// <summary>The checks side by side: what ran, how long, and what it found.</summary>
internal static class HtmlChecks
{
    public static void Add(HtmlWriter page, VerifyDocument document)
    {
        if (document.Checks.Count == 0) return;
        page.Add($"<section aria-labelledby=\"checks\">\n<h2 id=\"checks\">Checks</h2>\n<ul class=\"checks\">\n");
        foreach (VerifyCheckDocument check in document.Checks) Add(page, document, check);
        page.Add($"</ul>\n</section>\n");
    }

    // What it found is counted from the findings that the page shows, so that the numbers agree.
    private static void Add(HtmlWriter page, VerifyDocument document, VerifyCheckDocument check)
    {
        int known = document.Findings.Count(finding => finding.Check == check.Name && finding.Known);
        int found = document.Findings.Count(finding => finding.Check == check.Name && !finding.Known);
        int first = HtmlFindings.NumberOf(document, finding => finding.Check == check.Name && !finding.Known);
        string kind = found > 0 ? "bad" : check.Runs == 0 ? "idle" : "good";
        page.Add($"<li class=\"{kind}\"><span class=\"name\">{check.Name}</span>");
        string count = known > 0 ? HtmlText.Count(known, "known finding") : "no findings";
        if (found > 0)
            page.Add($"<a class=\"found\" href=\"#finding-{first}\"><b>{found}</b> {(found == 1 ? "finding" : "findings")}</a>");
        else if (check.Runs == 0) page.Add($"<span class=\"found\">not run</span>");
        else page.Add($"<span class=\"found\"><span aria-hidden=\"true\">✓ </span>{count}</span>");
        if (check.Runs > 0)
        {
            page.Add($"<span class=\"small\">{HtmlText.Count(check.Runs, "run")} · {HtmlText.Time(check.Seconds)}");
            if (found > 0 && known > 0) page.Add($" · {known} known");
            page.Add($"</span>");
        }

        page.Add($"</li>\n");
    }
}
