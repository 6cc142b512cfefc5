using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Nonpaged.Cli;

/// <summary>
/// What verify found as SARIF 2.1.0, which GitHub's code scanning and editors show at the lines. A result keeps the finding's
/// identity as a fingerprint, so that it stays the same alert when lines move.
/// </summary>
internal static class SarifReport
{
    /// <summary>Writes it with files relative to the current folder.</summary>
    public static string Write(VerifyDocument document, string version) =>
        Write(document, version, Environment.CurrentDirectory);

    /// <param name="document">What was found.</param>
    /// <param name="version">The program's version.</param>
    /// <param name="root">The folder that is the repository: files in it are written relative to it.</param>
    public static string Write(VerifyDocument document, string version, string root)
    {
        using var text = new MemoryStream();
        // A file of its own, not put into HTML: "<" stays as it is.
        var options = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(text, options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://json.schemastore.org/sarif-2.1.0.json");
            json.WriteString("version", "2.1.0");
            json.WriteStartArray("runs");
            WriteRun(json, document, version, new SarifPlaces(json, root));
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length) + "\n";
    }

    private static void WriteRun(Utf8JsonWriter json, VerifyDocument document, string version, SarifPlaces places)
    {
        string[] rules = [.. document.Findings.Select(finding => finding.Rule).Distinct()];
        json.WriteStartObject();
        WriteTool(json, document, version, rules);
        json.WriteStartObject("automationDetails");
        // Two drivers of one repository are two categories, so that neither's results replace the other's.
        json.WriteString("id", $"nonpaged-verify/{document.Driver}/");
        json.WriteEndObject();
        WriteInvocation(json, document);
        places.WriteRoot();
        json.WriteStartArray("results");
        foreach (FindingDocument finding in document.Findings)
            WriteResult(json, document, finding, Array.IndexOf(rules, finding.Rule), places);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteTool(Utf8JsonWriter json, VerifyDocument document, string version, string[] rules)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "nonpaged verify");
        json.WriteString("version", version);
        json.WriteStartArray("rules");
        foreach (string rule in rules)
        {
            FindingDocument[] found = [.. document.Findings.Where(finding => finding.Rule == rule)];
            json.WriteStartObject();
            json.WriteString("id", rule);
            WriteText(json, "shortDescription", Words(rule));
            WriteText(json, "help", string.Join('\n', found.Select(finding => finding.Source).Distinct()));
            json.WriteStartObject("defaultConfiguration");
            json.WriteString("level", "error");
            json.WriteEndObject();
            json.WriteStartObject("properties");
            json.WriteStartArray("tags");
            foreach (string check in found.Select(finding => finding.Check).Distinct()) json.WriteStringValue(check);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // "leak/NdisAllocateMemory" is "Leak: NdisAllocateMemory", "write-past-end" is "Write past end".
    private static string Words(string rule)
    {
        int call = rule.IndexOf('/');
        string words = (call < 0 ? rule : rule[..call]).Replace('-', ' ');
        if (words.Length > 0) words = char.ToUpperInvariant(words[0]) + words[1..];
        words = words.Replace("Irql", "IRQL", StringComparison.Ordinal).Replace("Oid ", "OID ", StringComparison.Ordinal);
        return call < 0 ? words : $"{words}: {rule[(call + 1)..]}";
    }

    private static void WriteInvocation(Utf8JsonWriter json, VerifyDocument document)
    {
        json.WriteStartArray("invocations");
        json.WriteStartObject();
        json.WriteBoolean("executionSuccessful", document.Failure is null);
        json.WriteString("startTimeUtc", Timestamp(document.Started));
        json.WriteString("endTimeUtc", Timestamp(document.Started.AddSeconds(document.Seconds)));
        json.WriteNumber("exitCode", document.ExitCode);
        if (document.Failure is { } failure)
        {
            json.WriteStartArray("toolExecutionNotifications");
            json.WriteStartObject();
            json.WriteString("level", "error");
            WriteText(json, "message", $"{failure.Reason} {failure.Limit} {failure.Remedy}");
            json.WriteEndObject();
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void WriteResult(
        Utf8JsonWriter json, VerifyDocument document, FindingDocument finding, int rule, SarifPlaces places)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Rule);
        json.WriteNumber("ruleIndex", rule);
        json.WriteString("level", "error");
        WriteText(json, "message", finding.Message);
        json.WriteStartArray("locations");
        places.Write(finding, document.File);
        json.WriteEndArray();
        WriteRelated(json, finding, places);
        WriteStacks(json, finding, places);
        json.WriteStartObject("partialFingerprints");
        json.WriteString("nonpagedIdentity/v1", finding.Identity);
        json.WriteEndObject();
        json.WriteString("baselineState", finding.Known ? "unchanged" : "new");
        json.WriteStartObject("properties");
        json.WriteNumber("seed", finding.Seed);
        json.WriteString("run", finding.Run);
        json.WriteNumber("runs", finding.Count);
        json.WriteString("repeat", finding.Repeat);
        json.WriteString("check", finding.Check);
        if (finding.Handler is not null) json.WriteString("handler", finding.Handler);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // The innermost frame whose source is known: where a reader wants to look.
    private static void WriteRelated(Utf8JsonWriter json, FindingDocument finding, SarifPlaces places)
    {
        FrameDocument? allocated = finding.Allocated.FirstOrDefault(frame => frame.File is not null);
        FrameDocument? freed = finding.Freed.FirstOrDefault(frame => frame.File is not null);
        if (allocated is null && freed is null) return;
        json.WriteStartArray("relatedLocations");
        if (allocated is not null) places.Write(allocated, "It was allocated here.", 1);
        if (freed is not null) places.Write(freed, "It was freed here.", 2);
        json.WriteEndArray();
    }

    private static void WriteStacks(Utf8JsonWriter json, FindingDocument finding, SarifPlaces places)
    {
        if (finding.Stack.Count + finding.Allocated.Count + finding.Freed.Count == 0) return;
        json.WriteStartArray("stacks");
        WriteStack(json, "Where it was found", finding.Stack, places);
        WriteStack(json, "Where it was allocated", finding.Allocated, places);
        WriteStack(json, "Where it was freed", finding.Freed, places);
        json.WriteEndArray();
    }

    private static void WriteStack(Utf8JsonWriter json, string what, IReadOnlyList<FrameDocument> frames, SarifPlaces places)
    {
        if (frames.Count == 0) return;
        json.WriteStartObject();
        WriteText(json, "message", what);
        json.WriteStartArray("frames");
        foreach (FrameDocument frame in frames)
        {
            json.WriteStartObject();
            json.WritePropertyName("location");
            places.Write(frame, frame.Place, null);
            int module = frame.Place.LastIndexOf('+');
            if (module > 0) json.WriteString("module", frame.Place[..module]);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteText(Utf8JsonWriter json, string property, string text)
    {
        json.WriteStartObject(property);
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    private static string Timestamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
