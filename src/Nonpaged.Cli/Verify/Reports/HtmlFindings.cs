namespace Nonpaged.Cli;

/// <summary>The findings: for each what is wrong, where, how it came there, and how to see it again.</summary>
internal static class HtmlFindings
{
    public static void Add(HtmlWriter page, VerifyDocument document, HtmlSources sources)
    {
        int known = document.Findings.Count(finding => finding.Known);
        int found = document.Findings.Count - known;
        page.Add($"<section aria-labelledby=\"findings\">\n<h2 id=\"findings\">Findings</h2>\n");
        if (found == 0) page.Add($"<p class=\"nothing\">{Nothing(document)}</p>\n");
        AddFilter(page, document);
        for (int index = 0; index < document.Findings.Count; index++)
        {
            if (!document.Findings[index].Known) Add(page, document.Findings[index], index + 1, sources);
        }

        if (known > 0)
        {
            page.Add($"<details class=\"known\"><summary>{HtmlText.Count(known, "known finding")}, in the baseline</summary>\n");
            for (int index = 0; index < document.Findings.Count; index++)
            {
                if (document.Findings[index].Known) Add(page, document.Findings[index], index + 1, sources);
            }

            page.Add($"</details>\n");
        }

        page.Add($"</section>\n");
    }

    /// <summary>The number of the first finding that this holds for, as links to it have it; 0 if there is none.</summary>
    public static int NumberOf(VerifyDocument document, Func<FindingDocument, bool> isIt)
    {
        for (int index = 0; index < document.Findings.Count; index++)
        {
            if (isIt(document.Findings[index])) return index + 1;
        }

        return 0;
    }

    private static string Nothing(VerifyDocument document) => document switch
    {
        { Failure: not null } or { Runs.Count: 0 } => "Nothing was found before it ended.",
        { Findings.Count: > 0 } => "Nothing that the baseline does not have.",
        _ => "No run broke a rule.",
    };

    // Hidden until the script shows it: without the script buttons would do nothing.
    private static void AddFilter(HtmlWriter page, VerifyDocument document)
    {
        IGrouping<string, FindingDocument>[] checks =
            [.. document.Findings.Where(finding => !finding.Known).GroupBy(finding => finding.Check)];
        if (checks.Length < 2) return;
        page.Add($"<div class=\"filter\" role=\"group\" aria-label=\"Show findings of\" hidden>\n");
        page.Add($"<button type=\"button\" data-check=\"\" aria-pressed=\"true\">All <span>{checks.Sum(check => check.Count())}");
        page.Add($"</span></button>\n");
        foreach (IGrouping<string, FindingDocument> check in checks)
        {
            page.Add($"<button type=\"button\" data-check=\"{check.Key}\" aria-pressed=\"false\">{check.Key} ");
            page.Add($"<span>{check.Count()}</span></button>\n");
        }

        page.Add($"</div>\n<p class=\"unseen\" id=\"shown\" role=\"status\"></p>\n");
    }

    private static void Add(HtmlWriter page, FindingDocument finding, int number, HtmlSources sources)
    {
        page.Add($"""
            <article class="finding" id="finding-{number}" data-check="{finding.Check}" aria-labelledby="finding-{number}-title">
            <p class="kind"><a class="number" href="#finding-{number}" aria-label="Finding {number}">{number}</a>
            <code class="rule">{finding.Rule}</code> <span class="check">{finding.Check}</span></p>
            <h3 id="finding-{number}-title">{finding.Message}</h3>

            """);
        AddPlace(page, finding);
        if (sources.Lines(finding.File, finding.Line) is { } lines)
            HtmlCode.AddExcerpt(page, finding.File!, lines, finding.Line!.Value);
        if (finding.Stack.Count + finding.Allocated.Count + finding.Freed.Count > 0)
        {
            page.Add($"<div class=\"stacks\">\n");
            AddStack(page, "Stack", finding.Stack, finding, null);
            AddStack(page, "Allocated", finding.Allocated, finding, sources);
            AddStack(page, "Freed", finding.Freed, finding, sources);
            page.Add($"</div>\n");
        }

        AddAbout(page, finding);
        page.Add($"</article>\n");
    }

    private static void AddPlace(HtmlWriter page, FindingDocument finding)
    {
        if (finding.Function is null && finding.File is null && finding.Handler is null) return;
        page.Add($"<p class=\"place\">");
        if (finding.Function is not null) page.Add($"<code class=\"function\">{finding.Function}</code> ");
        if (finding.File is not null)
            page.Add($"<span class=\"at\" title=\"{finding.File}\">{HtmlText.Place(finding.File, finding.Line)}</span> ");
        if (finding.Handler is not null) page.Add($"<span class=\"small\">NDIS had called {finding.Handler}</span>");
        page.Add($"</p>\n");
    }

    // The finding's own lines stand above; those of an allocation or a free are shown with its stack.
    private static void AddStack(
        HtmlWriter page, string name, IReadOnlyList<FrameDocument> frames, FindingDocument finding, HtmlSources? sources)
    {
        if (frames.Count == 0) return;
        page.Add($"<div><h4>{name}</h4>\n<ol>\n");
        bool isShown = sources is null;
        foreach (FrameDocument frame in frames)
        {
            page.Add($"<li>");
            if (frame.Function is not null) page.Add($"<code class=\"function\">{frame.Function}</code> ");
            page.Add($"<span class=\"at\" title=\"{frame.File ?? frame.Place}\">{HtmlText.Place(frame)}</span>");
            if (!isShown && sources!.Lines(frame.File, frame.Line) is { } lines)
            {
                if (frame.File != finding.File || frame.Line != finding.Line) HtmlCode.AddOne(page, lines, frame.Line);
                isShown = true;
            }

            page.Add($"</li>\n");
        }

        page.Add($"</ol></div>\n");
    }

    private static void AddAbout(HtmlWriter page, FindingDocument finding)
    {
        page.Add($"<dl class=\"about\">\n<div><dt>Rule from</dt><dd>{finding.Source}</dd></div>\n");
        page.Add($"<div><dt>Found in</dt><dd>run <code>{finding.Run}</code>, seed {finding.Seed}");
        if (finding.Count > 1) page.Add($", and in {HtmlText.Count(finding.Count - 1, "other run")}");
        page.Add($"</dd></div>\n<div><dt>Repeat</dt><dd class=\"repeat\"><code>");
        // Words of their own, or a browser would break "--nic" behind its first dash.
        string[] words = finding.Repeat.Split(' ');
        for (int index = 0; index < words.Length; index++)
            page.Add($"<span>{words[index]}</span>{(index + 1 < words.Length ? " " : "")}");
        page.Add($"</code><button type=\"button\" class=\"copy\" hidden>Copy</button></dd></div>\n</dl>\n");
    }
}
