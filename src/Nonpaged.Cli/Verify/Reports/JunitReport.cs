using System.Globalization;
using System.Text;
using System.Xml;

namespace Nonpaged.Cli;

/// <summary>
/// What verify found as JUnit's XML, which build servers show as tests: a suite for each check, a test for each run. A finding is
/// a failure of the run that found it first, so that it is one failure however many runs saw it.
/// </summary>
internal static class JunitReport
{
    public static string Write(VerifyDocument document)
    {
        IReadOnlyList<JunitSuite> suites = JunitSuite.Of(document);
        using var text = new Utf8Text();
        using (var xml = XmlWriter.Create(text, new XmlWriterSettings { Indent = true, NewLineChars = "\n" }))
        {
            xml.WriteStartDocument();
            xml.WriteStartElement("testsuites");
            Write(xml, "name", $"nonpaged verify {document.Driver}");
            WriteCounts(xml, [.. suites.SelectMany(suite => suite.Cases)]);
            Write(xml, "time", Seconds(document.Seconds));
            Write(xml, "timestamp", Timestamp(document.Started));
            foreach (JunitSuite suite in suites) Write(xml, document, suite);
            xml.WriteEndElement();
        }

        return text.ToString() + "\n";
    }

    private static void Write(XmlWriter xml, VerifyDocument document, JunitSuite suite)
    {
        xml.WriteStartElement("testsuite");
        Write(xml, "name", $"verify.{suite.Name}");
        WriteCounts(xml, suite.Cases);
        Write(xml, "time", Seconds(suite.Seconds));
        double start = suite.Cases.Select(one => one.Run?.Start ?? 0).DefaultIfEmpty(0).Min();
        Write(xml, "timestamp", Timestamp(document.Started.AddSeconds(start)));
        foreach (JunitCase test in suite.Cases) Write(xml, suite, test);
        xml.WriteEndElement();
    }

    private static void Write(XmlWriter xml, JunitSuite suite, JunitCase test)
    {
        xml.WriteStartElement("testcase");
        Write(xml, "classname", $"verify.{suite.Name}");
        Write(xml, "name", test.Name);
        Write(xml, "time", Seconds(test.Run?.Seconds ?? 0));
        if (test.New.FirstOrDefault(finding => finding.File is not null) is { } place)
        {
            Write(xml, "file", place.File!);
            if (place.Line > 0) Write(xml, "line", place.Line.Value.ToString(CultureInfo.InvariantCulture));
        }

        for (int index = 0; index < test.New.Count; index++)
        {
            // Most readers show only the first failure of a test: it names the others.
            IEnumerable<FindingDocument> others = index == 0 ? test.New.Skip(1) : [];
            Write(xml, "failure", test.New[index].Message, test.New[index].Rule, Describe(test.New[index], [.. others]));
        }

        if (test.Error is not null) Write(xml, "error", test.Error, test.ErrorKind!, test.ErrorText!);
        if (Output(test) is { Length: > 0 } output) xml.WriteElementString("system-out", Valid(output));
        xml.WriteEndElement();
    }

    private static void Write(XmlWriter xml, string element, string message, string kind, string text)
    {
        xml.WriteStartElement(element);
        Write(xml, "message", message);
        Write(xml, "type", kind);
        xml.WriteString(Valid(text));
        xml.WriteEndElement();
    }

    private static void Write(XmlWriter xml, string attribute, string value) =>
        xml.WriteAttributeString(attribute, Valid(value));

    private static void WriteCounts(XmlWriter xml, IReadOnlyList<JunitCase> tests)
    {
        Write(xml, "tests", tests.Count.ToString(CultureInfo.InvariantCulture));
        Write(xml, "failures", tests.Count(test => test.New.Count > 0).ToString(CultureInfo.InvariantCulture));
        Write(xml, "errors", tests.Count(test => test.Error is not null).ToString(CultureInfo.InvariantCulture));
        Write(xml, "skipped", "0");
    }

    private static string Describe(FindingDocument finding, IReadOnlyList<FindingDocument> others)
    {
        var text = new StringBuilder("\n");
        text.Append(finding.Message).Append('\n');
        if (finding.File is not null) text.Append(CultureInfo.InvariantCulture, $"at {Place(finding)}\n");
        if (finding.Handler is not null) text.Append(CultureInfo.InvariantCulture, $"NDIS had called {finding.Handler}\n");
        Append(text, "Stack", finding.Stack);
        Append(text, "Allocated", finding.Allocated);
        Append(text, "Freed", finding.Freed);
        text.Append(CultureInfo.InvariantCulture, $"\nRule from: {finding.Source}\nRepeat: {finding.Repeat}\n");
        if (others.Count > 0) text.Append("\nAlso found by this run:\n");
        foreach (FindingDocument other in others)
        {
            string place = other.File is null ? "" : $" ({Place(other)})";
            text.Append(CultureInfo.InvariantCulture, $"    {other.Rule}: {other.Message}{place}\n");
        }

        return text.ToString();
    }

    private static string Place(FindingDocument finding)
    {
        string line = finding.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $":{finding.Line}") : "";
        return finding.Function is null ? $"{finding.File}{line}" : $"{finding.File}{line}, {finding.Function}";
    }

    private static void Append(StringBuilder text, string name, IReadOnlyList<FrameDocument> frames)
    {
        if (frames.Count == 0) return;
        text.Append(CultureInfo.InvariantCulture, $"\n{name}:\n");
        foreach (FrameDocument frame in frames)
        {
            string line = frame.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $":{frame.Line}") : "";
            string place = frame.File is null ? frame.Place : $"{frame.File}{line}";
            text.Append(CultureInfo.InvariantCulture, $"    {frame.Function ?? "?"} at {place}\n");
        }
    }

    // What a run did is of use only where it went wrong; what is known is said, since the test passes with it.
    private static string Output(JunitCase test)
    {
        var text = new StringBuilder();
        foreach (FindingDocument known in test.Known)
            text.Append(CultureInfo.InvariantCulture, $"Known: {known.Rule}: {known.Message}\n");
        if (test.Run is null || test.New.Count == 0 && test.Error is null) return text.ToString();
        foreach (VerifyStepDocument step in test.Run.Steps)
            text.Append(CultureInfo.InvariantCulture, $"{Seconds(step.At)} s  {step.What}\n");
        return text.ToString();
    }

    private static string Seconds(double seconds) => seconds.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Timestamp(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss'Z'", CultureInfo.InvariantCulture);

    // A driver's name or message may have any bytes; XML has not, not even as entities.
    private static string Valid(string text)
    {
        var valid = new StringBuilder(text.Length);
        for (int index = 0; index < text.Length; index++)
        {
            if (index + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[index + 1], text[index]))
                valid.Append(text[index]).Append(text[++index]);
            else
                valid.Append(XmlConvert.IsXmlChar(text[index]) ? text[index] : '\uFFFD');
        }

        return valid.ToString();
    }

    // The declaration names this encoding, and files are written in it.
    private sealed class Utf8Text() : StringWriter(CultureInfo.InvariantCulture)
    {
        public override Encoding Encoding => Encoding.UTF8;
    }
}
