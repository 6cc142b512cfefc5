namespace Nonpaged.Cli;

/// <summary>All runs as text: what the timeline shows, for those who search or cannot see it.</summary>
internal static class HtmlRuns
{
    public static void Add(HtmlWriter page, VerifyDocument document)
    {
        if (document.Runs.Count == 0) return;
        page.Add($"""
            <section aria-labelledby="runs">
            <h2 id="runs">Runs</h2>
            <details class="panel runs">
            <summary>{HtmlText.Count(document.Runs.Count, "run")}, in the order in which they began</summary>
            <table><thead><tr><th scope="col">Run</th><th scope="col" class="outcome">Outcome</th>
            <th scope="col" class="numeric wide">Seed</th>
            <th scope="col" class="numeric wide">Start</th><th scope="col" class="numeric">Time</th></tr></thead>
            <tbody>

            """);
        foreach (VerifyRunDocument run in document.Runs.OrderBy(run => run.Start)) Add(page, run);
        page.Add($"</tbody></table></details>\n</section>\n");
    }

    private static void Add(HtmlWriter page, VerifyRunDocument run)
    {
        page.Add($"<tr><th scope=\"row\"><span class=\"small\">{run.Check}</span> <code>{run.Name}</code>");
        if (run.Steps.Count > 0)
        {
            page.Add($"<details><summary>{HtmlText.Count(run.Steps.Count, "step")}</summary><ol>");
            foreach (VerifyStepDocument step in run.Steps)
                page.Add($"<li><span class=\"when\">{HtmlText.Time(step.At)}</span> {step.What}</li>");
            page.Add($"</ol></details>");
        }

        page.Add($"</th><td class=\"outcome\"><span class=\"key {run.Outcome}\" aria-hidden=\"true\"></span>{run.Outcome}</td>");
        page.Add($"<td class=\"numeric wide\">{run.Seed}</td><td class=\"numeric wide\">{HtmlText.Time(run.Start)}</td>");
        page.Add($"<td class=\"numeric\">{HtmlText.Time(run.Seconds)}</td></tr>\n");
    }
}
