namespace Nonpaged.Cli;

/// <summary>What <c>doctor --json</c> prints.</summary>
internal sealed record DoctorDocument(IReadOnlyList<CheckDocument> Checks)
{
    public static DoctorDocument From(IEnumerable<Check> checks) => new([.. checks.Select(CheckDocument.From)]);
}

/// <summary>A check, as JSON. The status is "ok", "warn" or "missing".</summary>
internal sealed record CheckDocument(string Name, string Status, string Required, string Found, string Meaning, string? Remedy)
{
    public static CheckDocument From(Check check) =>
        new(check.Name, NameOf(check.Status), check.Required, check.Found, check.Meaning, check.Remedy);

    public static string NameOf(CheckStatus status) => status switch
    {
        CheckStatus.Ok => "ok",
        CheckStatus.Warn => "warn",
        _ => "missing",
    };
}
