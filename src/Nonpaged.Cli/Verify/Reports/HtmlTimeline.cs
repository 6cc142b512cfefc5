namespace Nonpaged.Cli;

/// <summary>
/// When what ran: a lane for each check. Only the bars are in the picture, which is as wide as there is room; names and numbers
/// stand beside it as text of the page, so that they stay readable on a narrow screen.
/// </summary>
internal static class HtmlTimeline
{
    private const int Width = 1000;
    private const int RowHeight = 22;
    private const int Padding = 5;

    private static readonly string[] s_outcomes = ["clean", "refused", "findings", "crashed", "hung"];

    public static void Add(HtmlWriter page, VerifyDocument document)
    {
        if (document.Runs.Count == 0) return;
        double end = Math.Max(document.Seconds, document.Runs.Max(run => run.Start + run.Seconds));
        if (end <= 0) end = 1;
        Lane[] lanes = Lanes(document);
        int height = lanes.Sum(lane => lane.Height);
        page.Add($"""
            <section aria-labelledby="timeline">
            <h2 id="timeline">Timeline</h2>
            <p class="small">Each bar is a run; the lines below it are its steps, where there is room. Point at one to read what
            it is.</p>
            <div class="panel"><div class="chart"><ul class="names" aria-hidden="true">

            """);
        foreach (Lane lane in lanes) page.Add($"<li style=\"height:{lane.Height}px\">{lane.Check}</li>\n");
        page.Add($"""
            </ul><div class="plot"><svg role="group" aria-label="Timeline of {HtmlText.Count(document.Runs.Count, "run")}"
            height="{height}" viewBox="0 0 {Width} {height}" preserveAspectRatio="none">
            <defs><pattern id="crashed" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
            <rect class="bad" width="6" height="6"/><rect class="cut" width="2" height="6"/></pattern>
            <pattern id="hung" width="6" height="4" patternUnits="userSpaceOnUse">
            <rect class="bad" width="6" height="4"/><rect class="cut" width="6" height="1.5"/></pattern></defs>

            """);
        AddGrid(page, end, height);
        int top = 0;
        foreach (Lane lane in lanes)
        {
            if (top > 0) page.Add($"<path class=\"rule\" d=\"M0 {top}H{Width}\"/>\n");
            foreach ((VerifyRunDocument run, int row) in lane.Runs)
                Add(page, document, run, Width / end, top + Padding + row * RowHeight);
            top += lane.Height;
        }

        page.Add($"</svg>\n");
        AddAxis(page, end);
        page.Add($"</div></div>\n");
        AddLegend(page, document);
        page.Add($"</div></section>\n");
    }

    /// <summary>The marks of a time axis below a picture, at their share of its width.</summary>
    public static void AddAxis(HtmlWriter page, double end)
    {
        page.Add($"<div class=\"axis\" aria-hidden=\"true\">");
        foreach (double mark in HtmlText.Marks(end, 5))
        {
            // Near the right edge it stands left of its line, where there is room.
            string side = mark > end * 0.9 ? "class=\"last\" " : "";
            page.Add($"<span ");
            page.AddOwn(side);
            page.Add($"style=\"left:{100 * mark / end}%\">{HtmlText.Time(mark)}</span>");
        }

        page.Add($"</div>\n");
    }

    /// <summary>Lines of the axis through a picture that is 1000 wide.</summary>
    public static void AddGrid(HtmlWriter page, double end, double height)
    {
        foreach (double mark in HtmlText.Marks(end, 5))
            page.Add($"<path class=\"grid\" d=\"M{Width * mark / end} 0V{height}\"/>\n");
    }

    // Runs of a check that ran at the same time get rows of their own.
    private static Lane[] Lanes(VerifyDocument document)
    {
        IEnumerable<string> checks = document.Checks.Select(check => check.Name)
            .Concat(document.Runs.Select(run => run.Check)).Distinct();
        var lanes = new List<Lane>();
        foreach (string check in checks)
        {
            var ends = new List<double>();
            var runs = new List<(VerifyRunDocument Run, int Row)>();
            foreach (VerifyRunDocument run in document.Runs.Where(run => run.Check == check).OrderBy(run => run.Start))
            {
                int row = ends.FindIndex(end => end <= run.Start + 1e-6);
                if (row < 0)
                {
                    row = ends.Count;
                    ends.Add(0);
                }

                ends[row] = run.Start + run.Seconds;
                runs.Add((run, row));
            }

            lanes.Add(new Lane(check, Math.Max(1, ends.Count) * RowHeight + Padding, runs));
        }

        return [.. lanes];
    }

    // Outcomes differ in height and pattern too, not in colour alone.
    private static void Add(HtmlWriter page, VerifyDocument document, VerifyRunDocument run, double scale, int top)
    {
        (int from, int height) = run.Outcome switch { "clean" => (3, 8), "refused" => (3, 8), _ => (0, 14) };
        double x = run.Start * scale;
        // A hair narrower than its time, so that runs one after the other stay apart.
        double width = Math.Max(2.5, run.Seconds * scale - 1.5);
        string title = $"{run.Check}: {run.Name}, seed {run.Seed}, {HtmlText.Time(run.Seconds)}, {run.Outcome}";
        int finding = HtmlFindings.NumberOf(document, one => FindingRun.Is(document, one, run));
        if (finding > 0) page.Add($"<a href=\"#finding-{finding}\" aria-label=\"{title}; go to its finding\">");
        page.Add($"<rect class=\"run {run.Outcome}\" x=\"{x}\" y=\"{top + from}\" width=\"{width}\" height=\"{height}\">");
        page.Add($"<title>{title}</title></rect>");
        if (finding > 0) page.Add($"</a>");
        page.Add($"\n");
        // Lines that would run into each other say nothing; the list of runs has them.
        if (width < 4 * run.Steps.Count) return;
        foreach (VerifyStepDocument step in run.Steps)
        {
            double at = x + Math.Clamp(step.At, 0, run.Seconds) * scale;
            page.Add($"<path class=\"step\" d=\"M{at} {top + 14.5}v4\"><title>{run.Name}, {HtmlText.Time(step.At)}: {step.What}");
            page.Add($"</title></path>\n");
        }
    }

    private static void AddLegend(HtmlWriter page, VerifyDocument document)
    {
        page.Add($"<ul class=\"legend\">\n");
        foreach (string outcome in s_outcomes)
        {
            int count = document.Runs.Count(run => run.Outcome == outcome);
            if (count == 0) continue;
            page.Add($"<li><span class=\"key {outcome}\" aria-hidden=\"true\"></span>{Describe(outcome)}: {count}</li>\n");
        }

        page.Add($"</ul>\n");
    }

    private static string Describe(string outcome) => outcome switch
    {
        "findings" => "with findings",
        "refused" => "refused, which is allowed where calls were made to fail",
        _ => outcome,
    };

    private sealed record Lane(string Check, int Height, IReadOnlyList<(VerifyRunDocument Run, int Row)> Runs);
}
