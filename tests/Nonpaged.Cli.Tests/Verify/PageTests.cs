using System.Text.RegularExpressions;
using static Nonpaged.Cli.Tests.Verify.ReportSample;

namespace Nonpaged.Cli.Tests.Verify;

/// <summary>What verify found as a page.</summary>
public sealed class PageTests
{
    [Fact]
    public void The_page_escapes_all_that_is_the_drivers()
    {
        const string evil = "</title></style><script>alert(1)</script><img src=x onerror=\"alert(1)\" a='b'>";
        FrameDocument frame = new(evil, evil, 1, evil);
        FindingDocument finding = Finding() with
        {
            Rule = evil,
            Message = evil,
            Function = evil,
            File = evil,
            Line = 1,
            Handler = evil,
            Source = evil,
            Run = evil,
            Repeat = evil,
            Check = evil,
            Stack = [frame],
            Allocated = [frame],
            Freed = [frame],
        };
        VerifyDocument document = Sample(finding) with
        {
            Driver = evil,
            File = evil,
            Nic = evil,
            Checks = [new VerifyCheckDocument(evil, 1, 1, 1)],
            Runs = [new VerifyRunDocument(evil, evil, 1, 0, 1, evil, [new VerifyStepDocument(0, evil)])],
            Blocks = [new VerifyBlockDocument(4096, 64, evil, frame, 0, null)],
            Coverage = [new CoverageDocument(evil, evil, 1, 2, 1)],
            Failure = new FailureDocument(evil, null, evil, null, evil, evil),
        };
        string page = HtmlReport.Write(document, _ => [evil]);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.DoesNotContain("alert(1)</script>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("a='b'", page, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(page, "<script"));
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_replaces_marks_that_turn_text()
    {
        string page = Page(Sample(Finding() with { Message = "a \u202e b \0 c" }));
        Assert.Contains("a \ufffd b \ufffd c", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_needs_nothing_else()
    {
        string page = Page(Sample());
        Assert.DoesNotMatch(@"(?:src|href|action|data)\s*=\s*[""']?\s*(?:https?:)?//", page);
        Assert.DoesNotMatch(@"url\(\s*[""']?\s*(?!#)", page);
        Assert.DoesNotContain("@import", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<link", page, StringComparison.Ordinal);
        Assert.DoesNotContain("http", page.Replace("http-equiv", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Links_of_the_page_lead_somewhere()
    {
        string page = Page(Sample());
        Assert.All(
            Regex.Matches(page, "href=\"#([^\"]+)\""),
            link => Assert.Contains($"id=\"{link.Groups[1].Value}\"", page, StringComparison.Ordinal));
    }

    [Fact]
    public void The_page_shows_the_lines_around_and_marks_the_one()
    {
        string page = Page(Sample(Finding()));
        string marked = Assert.Single(Regex.Matches(page, "<mark.*?</mark>", RegexOptions.Singleline)).Value;
        Assert.Contains("</b>6</span>", marked, StringComparison.Ordinal);
        Assert.Contains("write(a);", marked, StringComparison.Ordinal);
        // Four lines before it and four behind it; the second is the end of a comment that began in the first.
        MatchCollection lines = Regex.Matches(page, "<span class=\"line\"><span class=\"no\">(\\d+)</span>");
        Assert.Equal(["2", "3", "4", "5", "7", "8", "9", "10"], lines.Select(line => line.Groups[1].Value));
        Assert.Contains("<span class=\"c\">   of nothing. */</span>", page, StringComparison.Ordinal);
        Assert.Contains("<span class=\"n\">1</span> &lt; <span class=\"n\">2</span>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(14)]
    [InlineData(null)]
    public void The_page_does_without_lines_that_the_source_does_not_have(int? line)
    {
        string page = Page(Sample(Finding() with { Line = line }));
        Assert.DoesNotContain("<mark", page, StringComparison.Ordinal);
        Assert.Contains("It wrote past the end.", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_folds_known_findings()
    {
        string page = Page(Sample());
        int fold = page.IndexOf("<details class=\"known\">", StringComparison.Ordinal);
        Assert.InRange(page.IndexOf("It wrote past the end.", StringComparison.Ordinal), 0, fold);
        int known = page.IndexOf("It does not come back.", StringComparison.Ordinal);
        Assert.InRange(known, fold, page.IndexOf("</details>", fold, StringComparison.Ordinal));
        Assert.Contains("</span>1 finding</p>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_says_that_nothing_was_found()
    {
        string page = Page(Sample([]) with { Runs = [] });
        Assert.Contains("</span>Nothing ran</p>", page, StringComparison.Ordinal);
        page = Page(Sample([]));
        Assert.Contains("<title>card: No findings</title>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<article", page, StringComparison.Ordinal);
        page = Page(Sample(Finding() with { Known = true }));
        Assert.Contains("</span>No new findings</p>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_page_draws_runs_steps_and_blocks()
    {
        string page = Page(Sample() with
        {
            Blocks =
            [
                new VerifyBlockDocument(0x10000, 64, "NdisAllocateMemory", null, 0.1, 0.2),
                new VerifyBlockDocument(ulong.MaxValue - 16, 64, "NdisAllocateMemory", null, 0.1, null),
                new VerifyBlockDocument(0x10000, 0, "NdisAllocatePacket", null, 0.3, 0.4),
            ],
            Coverage = [new CoverageDocument("Send", Source, 3, 3, 2), new CoverageDocument("Halt", Source, 11, 2, 0)],
        });
        Assert.Equal(4, Regex.Count(page, "<rect class=\"run "));
        Assert.Contains("<title>special-pool: behind, seed 1, 1.25 s, findings</title>", page, StringComparison.Ordinal);
        Assert.Contains("MiniportHalt</title>", page, StringComparison.Ordinal);
        Assert.Contains(
            "NdisAllocateMemory, 64 B at 0x10000: allocated at 100 ms, freed at 200 ms", page, StringComparison.Ordinal);
        Assert.Single(Regex.Matches(page, "<rect class=\"kept\""));
        Assert.Contains("66 %", page, StringComparison.Ordinal);
        Assert.True(
            page.IndexOf(">Halt</code>", StringComparison.Ordinal) < page.LastIndexOf(">Send</code>", StringComparison.Ordinal),
            "the function of which least ran is first");
        Assert.DoesNotContain("NaN", page, StringComparison.Ordinal);
        Assert.DoesNotContain("∞", page, StringComparison.Ordinal);
    }
}
