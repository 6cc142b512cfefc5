namespace Nonpaged.Cli;

/// <summary>Which run a finding is of.</summary>
internal static class FindingRun
{
    /// <summary>
    /// That run found it first. The seed decides only between runs of the same name: a finding may carry the seed of all.
    /// </summary>
    public static bool Is(VerifyDocument document, FindingDocument finding, VerifyRunDocument run) =>
        finding.Check == run.Check && finding.Run == run.Name
            && (finding.Seed == run.Seed
                || !document.Runs.Any(other => other != run && other.Check == run.Check && other.Name == run.Name));
}
