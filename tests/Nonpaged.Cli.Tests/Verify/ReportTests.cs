using System.Text.Json;
using System.Xml.Linq;
using static Nonpaged.Cli.Tests.Verify.ReportSample;

namespace Nonpaged.Cli.Tests.Verify;

/// <summary>What verify found as JUnit and as SARIF.</summary>
public sealed class ReportTests
{
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
    [InlineData("/", "sources/driver/src/my%20card.c", true)]
    [InlineData("/sources/dri", "file:///sources/driver/src/my%20card.c", false)]
    [InlineData("/home", "file:///sources/driver/src/my%20card.c", false)]
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
        Assert.Equal(["src/a.c", "file:///sources/other/a.c"], Results(Sample(findings), Root).Select(Uri));
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
}
