using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Nonpaged.Cli.Tests.Verify;

/// <summary>What verify found as JUnit, as SARIF and as a page.</summary>
public sealed class ReportTests
{
    private const string Root = "/work/driver";
    private const string Source = Root + "/src/my card.c";

    private static readonly string[] s_source =
    [
        "/* A driver", "   of nothing. */", "static void Send(void)", "{", "    int a = 1 < 2;", "    write(a);",
        "    if (a) return;", "    write(\"text\");", "}", "", "static void Halt(void)", "{", "}",
    ];

    [Fact]
    public void A_finding_is_a_failure_of_the_run_that_found_it_first()
    {
        XElement suite = Suite(Sample(), "verify.special-pool");
        XElement[] cases = [.. suite.Elements("testcase")];
        Assert.Equal(["behind", "before"], cases.Select(test => test.Attribute("name")!.Value));
        Assert.All(cases, test => Assert.Equal("verify.special-pool", test.Attribute("classname")!.Value));
        XElement failure = Assert.Single(cases[0].Elements("failure"));
        Assert.Equal("write-past-end", failure.Attribute("type")!.Value);
        Assert.Equal("It wrote past the end.", failure.Attribute("message")!.Value);
        Assert.Equal(Source, cases[0].Attribute("file")!.Value);
        Assert.Equal("6", cases[0].Attribute("line")!.Value);
        Assert.Equal("1.250", cases[0].Attribute("time")!.Value);
        Assert.Contains($"Send at {Source}:6", failure.Value, StringComparison.Ordinal);
        Assert.Contains("Allocated:\n    ? at card.so+0x10\n", failure.Value, StringComparison.Ordinal);
        Assert.Contains("Repeat: nonpaged verify card.so --run behind", failure.Value, StringComparison.Ordinal);
        Assert.Empty(cases[1].Elements());
    }

    [Fact]
    public void Each_check_is_a_suite_that_counts_its_runs()
    {
        XElement root = XDocument.Parse(JunitReport.Write(Sample())).Root!;
        Assert.Equal("testsuites", root.Name.LocalName);
        Assert.Equal("4", root.Attribute("tests")!.Value);
        Assert.Equal("1", root.Attribute("failures")!.Value);
        Assert.Equal("1", root.Attribute("errors")!.Value);
        Assert.Equal(
            ["verify.special-pool", "verify.life", "verify.time"],
            root.Elements("testsuite").Select(suite => suite.Attribute("name")!.Value));
        Assert.Equal("0", Suite(Sample(), "verify.time").Attribute("tests")!.Value);
        Assert.Equal("2026-11-30T16:42:09Z", Suite(Sample(), "verify.life").Attribute("timestamp")!.Value);
    }

    [Fact]
    public void A_run_that_hung_without_a_finding_is_an_error()
    {
        XElement test = Case(Sample(), "verify.life", "halt");
        XElement error = Assert.Single(test.Elements("error"));
        Assert.Equal("hung", error.Attribute("type")!.Value);
        Assert.Contains("MiniportHalt", error.Value, StringComparison.Ordinal);
        Assert.Empty(test.Elements("failure"));
    }

    [Fact]
    public void A_known_finding_is_no_failure()
    {
        XElement test = Case(Sample(), "verify.life", "reset");
        Assert.Empty(test.Elements("failure"));
        Assert.StartsWith("Known: reset-fails: ", test.Element("system-out")!.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_run_of_several_findings_names_all_in_its_first_failure()
    {
        FindingDocument other = Finding() with { Rule = "free-twice", Message = "It freed twice." };
        XElement[] failures = [.. Suite(Sample(Finding(), other), "verify.special-pool").Descendants("failure")];
        Assert.Equal(["write-past-end", "free-twice"], failures.Select(failure => failure.Attribute("type")!.Value));
        Assert.Contains($"free-twice: It freed twice. ({Source}:6, Send)", failures[0].Value, StringComparison.Ordinal);
        Assert.DoesNotContain("write-past-end:", failures[1].Value, StringComparison.Ordinal);
    }

    [Fact]
    public void A_finding_of_a_run_that_is_not_listed_is_not_lost()
    {
        XElement suite = Suite(Sample(Finding() with { Check = "dma", Run = "reach" }), "verify.dma");
        Assert.Equal("reach", Assert.Single(suite.Elements("testcase")).Attribute("name")!.Value);
        Assert.Single(suite.Descendants("failure"));
    }

    [Fact]
    public void What_xml_cannot_have_is_replaced()
    {
        VerifyDocument document = Sample(Finding() with { Message = "a\0b\u001b[1m <&> \ud800 \U0001f600" });
        XElement failure = Assert.Single(Suite(document, "verify.special-pool").Descendants("failure"));
        Assert.Equal("a\ufffdb\ufffd[1m <&> \ufffd \U0001f600", failure.Attribute("message")!.Value);
    }

    [Fact]
    public void A_failure_of_all_is_an_error()
    {
        var failure = new FailureDocument("other", null, "No QEMU.", null, "none", "install");
        VerifyDocument document = Sample() with { Failure = failure };
        XElement error = Assert.Single(Suite(document, "verify.all").Descendants("error"));
        Assert.Equal("No QEMU.", error.Attribute("message")!.Value);
        using var sarif = JsonDocument.Parse(SarifReport.Write(document, "1.2.3", Root));
        JsonElement invocation = sarif.RootElement.GetProperty("runs")[0].GetProperty("invocations")[0];
        Assert.False(invocation.GetProperty("executionSuccessful").GetBoolean());
        Assert.Contains("It could not be finished", Page(document), StringComparison.Ordinal);
    }

    [Fact]
    public void Sarif_has_each_rule_once_and_each_finding_as_a_result()
    {
        FindingDocument again = Finding() with { Message = "Elsewhere.", Source = "another source" };
        using var sarif = JsonDocument.Parse(SarifReport.Write(Sample(Finding(), again), "1.2.3", Root));
        Assert.Equal("2.1.0", sarif.RootElement.GetProperty("version").GetString());
        JsonElement run = Assert.Single(sarif.RootElement.GetProperty("runs").EnumerateArray());
        JsonElement driver = run.GetProperty("tool").GetProperty("driver");
        Assert.Equal("nonpaged verify", driver.GetProperty("name").GetString());
        Assert.Equal("1.2.3", driver.GetProperty("version").GetString());
        Assert.False(driver.TryGetProperty("informationUri", out _));
        JsonElement rule = Assert.Single(driver.GetProperty("rules").EnumerateArray());
        Assert.Equal("write-past-end", rule.GetProperty("id").GetString());
        Assert.Equal("Write past end", Text(rule, "shortDescription"));
        Assert.Equal("a <source>\nanother source", Text(rule, "help"));
        Assert.All(run.GetProperty("results").EnumerateArray(), result =>
        {
            Assert.Equal("write-past-end", result.GetProperty("ruleId").GetString());
            Assert.Equal(0, result.GetProperty("ruleIndex").GetInt32());
            Assert.Equal("error", result.GetProperty("level").GetString());
        });
        Assert.Equal(2, run.GetProperty("results").GetArrayLength());
    }

    [Fact]
    public void Sarif_keeps_the_identity_and_what_is_known()
    {
        JsonElement[] results = Results(Sample(), Root);
        Assert.Equal(["write-past-end|card|x", "reset-fails|card|y"], results.Select(result =>
            result.GetProperty("partialFingerprints").GetProperty("nonpagedIdentity/v1").GetString()));
        Assert.Equal(["new", "unchanged"], results.Select(result => result.GetProperty("baselineState").GetString()));
        JsonElement properties = results[0].GetProperty("properties");
        Assert.Equal(1, properties.GetProperty("seed").GetInt32());
        Assert.Equal("behind", properties.GetProperty("run").GetString());
        Assert.Equal("special-pool", properties.GetProperty("check").GetString());
        Assert.Equal("nonpaged verify card.so --run behind", properties.GetProperty("repeat").GetString());
    }

    [Theory]
    [InlineData(Root, "src/my%20card.c", true)]
    [InlineData(Root + "/", "src/my%20card.c", true)]
    [InlineData("/", "work/driver/src/my%20card.c", true)]
    [InlineData("/work/dri", "file:///work/driver/src/my%20card.c", false)]
    [InlineData("/home", "file:///work/driver/src/my%20card.c", false)]
    public void Sarif_has_files_of_the_root_relative_to_it(string root, string uri, bool isRelative)
    {
        JsonElement place = Results(Sample(), root)[0].GetProperty("locations")[0].GetProperty("physicalLocation");
        JsonElement file = place.GetProperty("artifactLocation");
        Assert.Equal(uri, file.GetProperty("uri").GetString());
        Assert.Equal(isRelative, file.TryGetProperty("uriBaseId", out _));
        Assert.Equal(6, place.GetProperty("region").GetProperty("startLine").GetInt32());
    }

    [Fact]
    public void Sarif_takes_relative_files_as_those_of_the_root()
    {
        FindingDocument[] findings = [Finding() with { File = "src/a.c" }, Finding() with { File = "../other/a.c" }];
        Assert.Equal(["src/a.c", "file:///work/other/a.c"], Results(Sample(findings), Root).Select(Uri));
    }

    [Fact]
    public void Sarif_has_the_stacks_and_where_memory_was_allocated()
    {
        FindingDocument finding = Finding() with { Allocated = [new FrameDocument("Send", Source, 5, "card.so+0x10")] };
        JsonElement result = Assert.Single(Results(Sample(finding), Root));
        JsonElement related = Assert.Single(result.GetProperty("relatedLocations").EnumerateArray());
        Assert.Equal("It was allocated here.", Text(related, "message"));
        Assert.Equal(5, related.GetProperty("physicalLocation").GetProperty("region").GetProperty("startLine").GetInt32());
        JsonElement[] stacks = [.. result.GetProperty("stacks").EnumerateArray()];
        Assert.Equal(["Where it was found", "Where it was allocated"], stacks.Select(stack => Text(stack, "message")));
        JsonElement frame = stacks[0].GetProperty("frames")[0];
        Assert.Equal("card.so", frame.GetProperty("module").GetString());
        Assert.Equal("Send", frame.GetProperty("location").GetProperty("logicalLocations")[0].GetProperty("name").GetString());
    }

    [Fact]
    public void Sarif_shows_a_finding_without_a_source_at_the_drivers_file()
    {
        JsonElement result = Assert.Single(Results(Sample(Finding() with { File = null, Line = null, Stack = [] }), Root));
        Assert.Equal("build/card.so", Uri(result));
        JsonElement place = result.GetProperty("locations")[0].GetProperty("physicalLocation");
        Assert.False(place.TryGetProperty("region", out _));
    }

    [Fact]
    public void The_page_escapes_all_that_is_the_drivers()
    {
        const string evil = "</title></style><script>alert(1)</script><img src=x onerror=\"alert(1)\" a='b'>";
        FrameDocument frame = new(evil, evil, 1, evil);
        FindingDocument finding = Finding() with
        {
            Rule = evil, Message = evil, Function = evil, File = evil, Line = 1, Handler = evil, Source = evil, Run = evil,
            Repeat = evil, Check = evil, Stack = [frame], Allocated = [frame], Freed = [frame],
        };
        VerifyDocument document = Sample(finding) with
        {
            Driver = evil, File = evil, Nic = evil,
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

    private static string Page(VerifyDocument document) =>
        HtmlReport.Write(document, file => file == Source ? s_source : null);

    private static XElement Suite(VerifyDocument document, string name) =>
        XDocument.Parse(JunitReport.Write(document)).Root!.Elements("testsuite")
            .Single(suite => suite.Attribute("name")!.Value == name);

    private static XElement Case(VerifyDocument document, string suite, string name) =>
        Suite(document, suite).Elements("testcase").Single(test => test.Attribute("name")!.Value == name);

    private static JsonElement[] Results(VerifyDocument document, string root)
    {
        using var sarif = JsonDocument.Parse(SarifReport.Write(document, "1.2.3", root));
        return [.. sarif.RootElement.Clone().GetProperty("runs")[0].GetProperty("results").EnumerateArray()];
    }

    private static string? Text(JsonElement element, string property) =>
        element.GetProperty(property).GetProperty("text").GetString();

    private static string? Uri(JsonElement result) =>
        result.GetProperty("locations")[0].GetProperty("physicalLocation").GetProperty("artifactLocation").GetProperty("uri")
            .GetString();

    private static FindingDocument Finding() => new()
    {
        Rule = "write-past-end", Check = "special-pool", Driver = "card", Message = "It wrote past the end.", Function = "Send",
        File = Source, Line = 6, Handler = "Send", Source = "a <source>", Seed = 1, Run = "behind", Count = 2,
        Stack = [new FrameDocument("Send", Source, 6, "card.so+0x40")],
        Allocated = [new FrameDocument(null, null, 0, "card.so+0x10")],
        Repeat = "nonpaged verify card.so --run behind", Identity = "write-past-end|card|x",
    };

    private static VerifyDocument Sample() => Sample(Finding(), Finding() with
    {
        Rule = "reset-fails", Check = "life", Run = "reset", Message = "It does not come back.", Identity = "reset-fails|card|y",
        Known = true, File = null, Line = null, Stack = [], Allocated = [],
    });

    private static VerifyDocument Sample(params FindingDocument[] findings) => new()
    {
        Driver = "card", File = Root + "/build/card.so", Nic = "rtl8139", Seed = 1, Seconds = 6,
        Started = new DateTimeOffset(2026, 11, 30, 16, 42, 7, TimeSpan.Zero),
        Checks =
        [
            new VerifyCheckDocument("special-pool", 2, 2, 1), new VerifyCheckDocument("life", 2, 3, 1),
            new VerifyCheckDocument("time", 0, 0, 0),
        ],
        Runs =
        [
            new VerifyRunDocument("special-pool", "behind", 1, 0, 1.25, "findings", []),
            new VerifyRunDocument("special-pool", "before", 1, 1.25, 0.75, "clean", []),
            new VerifyRunDocument("life", "reset", 1, 2, 1, "findings", []),
            new VerifyRunDocument("life", "halt", 1, 3, 2, "hung", [new VerifyStepDocument(0.5, "MiniportHalt")]),
        ],
        Findings = findings,
    };
}
