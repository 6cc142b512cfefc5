namespace Nonpaged.Cli;

/// <summary>A finding, as JSON: as doctor has it, and the step that failed.</summary>
internal sealed record XdpFindingDocument(
    string Name,
    string Status,
    string Required,
    string Found,
    string Meaning,
    string? Remedy,
    string? Step,
    FailureDocument? Failure)
{
    public static XdpFindingDocument From(XdpFinding finding)
    {
        Check check = finding.Check;
        return new XdpFindingDocument(
            check.Name, CheckDocument.NameOf(check.Status), check.Required, check.Found, check.Meaning, check.Remedy,
            finding.Failure?.Step, finding.Failure is { } failure ? FailureDocument.From(failure) : null);
    }
}
