namespace Nonpaged.Verify;

/// <summary>
/// Verifies a miniport in C# in the calling process, one run after the other: for the tests of its author. What would
/// take a process with it (a fault of memory, a function that never returns) takes this one; <c>nonpaged verify</c> runs each
/// in a process of its own.
/// </summary>
public static class DriverVerifier
{
    /// <summary>Does the runs of some checks. Returns each fault once, in the order in which they were found.</summary>
    /// <param name="subject">The driver and its card.</param>
    /// <param name="checks">Which checks; null for all.</param>
    /// <param name="seed">What random choices begin with.</param>
    /// <param name="progress">Is told the name of each run before it; null for nobody.</param>
    /// <exception cref="MachineException">QEMU is missing, or does not have the card.</exception>
    public static IReadOnlyList<VerifyFinding> Verify(
        VerifySubject subject, IReadOnlyList<VerifyCheck>? checks = null, int seed = 1, Action<string>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var watch = new Findings();
        var runs = new Queue<VerifyRun>((checks ?? VerifyChecks.All).SelectMany(check => VerifyPlan.Of(check, seed)));
        while (runs.TryDequeue(out VerifyRun? run))
        {
            progress?.Invoke($"{VerifyChecks.NameOf(run.Check)}: {run.Name}");
            VerifyOutcome outcome = VerifyRunner.Run(subject, run, watch);
            foreach (VerifyRun next in VerifyPlan.After(run, outcome)) runs.Enqueue(next);
        }

        return watch.All;
    }

    private sealed class Findings : IVerifyWatch
    {
        private readonly HashSet<string> _identities = [];

        public List<VerifyFinding> All { get; } = [];

        public void Found(VerifyFinding finding)
        {
            if (_identities.Add(finding.Identity)) All.Add(finding);
        }

        public void Step(string what)
        {
            // A run in this process ends by itself.
        }

        public void Block(NdisAllocation allocation, IReadOnlyList<CodePlace>? freed)
        {
            // Nobody looks at memory of a process that is gone.
        }
    }
}
