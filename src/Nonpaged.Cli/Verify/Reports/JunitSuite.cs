namespace Nonpaged.Cli;

/// <summary>A check as a suite of tests.</summary>
internal sealed record JunitSuite(string Name, double Seconds, IReadOnlyList<JunitCase> Cases)
{
    /// <summary>
    /// The checks' suites, and one more where all of it failed. No finding is lost, also if its run is not listed.
    /// </summary>
    public static IReadOnlyList<JunitSuite> Of(VerifyDocument document)
    {
        IEnumerable<string> names = document.Checks.Select(check => check.Name)
            .Concat(document.Runs.Select(run => run.Check))
            .Concat(document.Findings.Select(finding => finding.Check))
            .Distinct();
        var suites = new List<JunitSuite>();
        foreach (string name in names)
        {
            double seconds = document.Checks.FirstOrDefault(check => check.Name == name)?.Seconds
                ?? document.Runs.Where(run => run.Check == name).Sum(run => run.Seconds);
            suites.Add(new JunitSuite(name, seconds, CasesOf(document, name)));
        }

        if (document.Failure is { } failure)
        {
            var test = new JunitCase("verify", null, [], [])
            {
                Error = failure.Reason,
                ErrorKind = failure.Kind,
                ErrorText = $"{failure.Reason}\n{failure.Limit}\n{failure.Remedy}\n",
            };
            suites.Add(new JunitSuite("all", document.Seconds, [test]));
        }

        return suites;
    }

    private static List<JunitCase> CasesOf(VerifyDocument document, string check)
    {
        var cases = new List<JunitCase>();
        var left = document.Findings.Where(finding => finding.Check == check).ToList();
        foreach (VerifyRunDocument run in document.Runs.Where(run => run.Check == check))
        {
            FindingDocument[] found = [.. left.Where(finding => FindingRun.Is(document, finding, run))];
            left.RemoveAll(finding => found.Contains(finding));
            var test = new JunitCase(
                run.Name, run, [.. found.Where(finding => !finding.Known)], [.. found.Where(finding => finding.Known)]);
            bool isUnexplained = found.Length == 0 && run.Outcome is "crashed" or "hung";
            cases.Add(isUnexplained ? test.With(run) : test);
        }

        foreach (IGrouping<string, FindingDocument> run in left.GroupBy(finding => finding.Run))
        {
            cases.Add(new JunitCase(
                run.Key, null, [.. run.Where(finding => !finding.Known)], [.. run.Where(finding => finding.Known)]));
        }

        return cases;
    }
}
