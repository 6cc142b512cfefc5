using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Nonpaged.Cli;

/// <summary>
/// What verify found as one page for people. It carries its stylesheet and script, and asks for nothing else, so that it can be
/// mailed, kept with a build and opened without a network.
/// </summary>
internal static class HtmlReport
{
    /// <param name="document">What was found.</param>
    /// <param name="readSource">Gives the lines of a source file; null where it cannot be read.</param>
    public static string Write(VerifyDocument document, Func<string, string[]?> readSource)
    {
        var page = new HtmlWriter();
        AddHead(page, document);
        AddHeader(page, document);
        page.Add($"<main id=\"main\">\n");
        AddFailure(page, document.Failure);
        HtmlChecks.Add(page, document);
        HtmlFindings.Add(page, document, new HtmlSources(readSource));
        HtmlTimeline.Add(page, document);
        HtmlMemory.Add(page, document);
        HtmlCoverage.Add(page, document);
        HtmlRuns.Add(page, document);
        page.Add($"</main>\n<footer><p>Written by nonpaged verify.</p></footer>\n<script>");
        page.AddOwn(HtmlScript.Text);
        page.Add($"</script>\n</body>\n</html>\n");
        return page.ToString();
    }

    /// <summary>"12 findings", "No findings": the same in the title and in the header.</summary>
    public static string Verdict(VerifyDocument document)
    {
        int found = document.Findings.Count(finding => !finding.Known);
        if (document.Failure is not null) return found > 0 ? HtmlText.Count(found, "finding") : "Not finished";
        if (found > 0) return HtmlText.Count(found, "finding");
        return document.Findings.Count > 0 ? "No new findings" : document.Runs.Count > 0 ? "No findings" : "Nothing ran";
    }

    // The policy lets only this one script run, whatever else might get into the page.
    private static void AddHead(HtmlWriter page, VerifyDocument document)
    {
        string hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(HtmlScript.Text)));
        page.Add($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy"
            content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-
            """);
        page.Add($"{hash}'; base-uri 'none'; form-action 'none'\">\n");
        page.Add($"""
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>{document.Driver}: {Verdict(document)}</title>
            <style>
            """);
        page.AddOwn(HtmlStyle.Text);
        page.AddOwn(HtmlStyle.Parts);
        page.Add($"</style>\n</head>\n<body>\n");
    }

    private static void AddHeader(HtmlWriter page, VerifyDocument document)
    {
        int found = document.Findings.Count(finding => !finding.Known);
        bool isGood = found == 0 && document.Failure is null && document.Runs.Count > 0
            && !document.Runs.Any(run => run.Outcome is "crashed" or "hung");
        page.Add($"""
            <a class="skip" href="#findings">Go to the findings</a>
            <header class="top">
            <p class="program">nonpaged verify</p>
            <h1>{document.Driver}</h1>
            <p class="verdict {(isGood ? "good" : "bad")}">
            """);
        page.Add($"<span class=\"sign\" aria-hidden=\"true\">{(isGood ? "✓" : "!")}</span>{Verdict(document)}</p>\n");
        page.Add($"<p class=\"lead\">{Lead(document)}</p>\n<dl class=\"facts\">\n");
        AddFact(page, "Card", document.Nic);
        AddFact(page, "Driver", document.File ?? "a miniport in C#");
        AddFact(page, "Date", document.Started.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture));
        AddFact(page, "Time", HtmlText.Time(document.Seconds));
        AddFact(page, "Seed", document.Seed.ToString(CultureInfo.InvariantCulture));
        page.Add($"</dl>\n</header>\n");
        AddSections(page, document);
    }

    private static string Lead(VerifyDocument document)
    {
        if (document.Runs.Count == 0) return $"No run came to its end in {HtmlText.Time(document.Seconds)}.";
        int checks = document.Checks.Count(check => check.Runs > 0);
        string runs = HtmlText.Count(document.Runs.Count, "run");
        var lead = new StringBuilder($"{runs} of {HtmlText.Count(checks, "check")} in {HtmlText.Time(document.Seconds)}.");
        AddCount(lead, document.Runs.Count(run => run.Outcome == "crashed"), "run", "crashed");
        AddCount(lead, document.Runs.Count(run => run.Outcome == "hung"), "run", "hung");
        int known = document.Findings.Count(finding => finding.Known);
        AddCount(lead, known, known < document.Findings.Count ? "more finding" : "finding", "known from the baseline");
        return lead.ToString();
    }

    private static void AddCount(StringBuilder lead, int count, string thing, string what)
    {
        if (count > 0) lead.Append(CultureInfo.InvariantCulture, $" {HtmlText.Count(count, thing)} {what}.");
    }

    private static void AddFact(HtmlWriter page, string name, string? value)
    {
        if (value is not null) page.Add($"<div><dt>{name}</dt><dd>{value}</dd></div>\n");
    }

    private static void AddSections(HtmlWriter page, VerifyDocument document)
    {
        page.Add($"<nav aria-label=\"Parts of the page\"><ul>\n");
        AddLink(page, "checks", "Checks", document.Checks.Count > 0);
        AddLink(page, "findings", "Findings", true);
        AddLink(page, "timeline", "Timeline", document.Runs.Count > 0);
        AddLink(page, "memory", "Memory", document.Blocks.Count > 0);
        AddLink(page, "coverage", "Coverage", document.Coverage.Count > 0);
        AddLink(page, "runs", "Runs", document.Runs.Count > 0);
        page.Add($"</ul></nav>\n");
    }

    private static void AddLink(HtmlWriter page, string section, string name, bool isThere)
    {
        if (isThere) page.Add($"<li><a href=\"#{section}\">{name}</a></li>\n");
    }

    private static void AddFailure(HtmlWriter page, FailureDocument? failure)
    {
        if (failure is null) return;
        page.Add($"""
            <section class="failure" aria-labelledby="failure-title">
            <h2 id="failure-title">It could not be finished</h2>
            <p>{failure.Reason}</p>
            <dl class="about"><div><dt>Limit</dt><dd>{failure.Limit}</dd></div>
            <div><dt>What helps</dt><dd>{failure.Remedy}</dd></div></dl>
            </section>

            """);
    }
}
