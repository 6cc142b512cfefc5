using Nonpaged.Ndis;

namespace Nonpaged.Cli;

/// <summary>
/// Something that a driver did wrong, as JSON. Reports that differ in numbers alone are one, in the words of the first.
/// </summary>
internal sealed record ReportDocument(string Kind, string Call, string Driver, string Message, long Count)
{
    public static IReadOnlyList<ReportDocument> From(IEnumerable<NdisReport> reports) =>
    [
        .. reports.GroupBy(report => (report.Kind, report.Call, report.Driver, report.Pattern))
            .Select(alike => From(alike.First()) with { Count = alike.Sum(report => report.Count) }),
    ];

    private static ReportDocument From(NdisReport report) =>
        new(report.Kind.ToString(), report.Call, report.Driver, report.Message, report.Count);
}
