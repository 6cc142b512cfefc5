namespace Nonpaged.Verify;

/// <summary>Which runs a check consists of.</summary>
public static class VerifyPlan
{
    /// <summary>The name of the run that only counts the calls that allocate.</summary>
    public const string Counting = "count";

    private const int MostPairs = 12;

    /// <summary>The runs of a check that are known from the start.</summary>
    public static IEnumerable<VerifyRun> Of(VerifyCheck check, int seed)
    {
        // An overrun would show as something else otherwise.
        VerifyRun Run(string name) => new() { Check = check, Name = name, Seed = seed, GuardPages = GuardPages.Behind };

        return check switch
        {
            VerifyCheck.SpecialPool =>
            [
                Run("behind"), Run("before") with { GuardPages = GuardPages.Before },
            ],
            VerifyCheck.LowResources => [Run(Counting)],
            VerifyCheck.Dma => [Run("reach") with { Iommu = true }],
            VerifyCheck.Life =>
            [
                Run("again"), Run("reset"), Run("sleep"), Run("halt"),
                .. Enumerable.Range(1, 3).Select(number => Run($"removal-{number}") with { Seed = seed + number }),
            ],
            VerifyCheck.Oids => [Run("objects")],
            VerifyCheck.Frames => [Run("lengths")],
            VerifyCheck.Concurrency => [Run("threads"), Run("threads-reset") with { Seed = seed + 1 }],
            VerifyCheck.Time => [Run("times") with { Timed = true, GuardPages = GuardPages.None }],
            _ => [Run("standard")],
        };
    }

    /// <summary>
    /// What follows from a run: where the calls that allocate were counted, a run for each place in which those of it fail, then
    /// for pairs of places, then for all from one on.
    /// </summary>
    public static IEnumerable<VerifyRun> After(VerifyRun run, VerifyOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(outcome);
        if (run is not { Check: VerifyCheck.LowResources, Name: Counting }) yield break;
        IReadOnlyList<KeyValuePair<string, int>> places = outcome.Places;
        foreach ((string place, int count) in places)
        {
            yield return Fail(run, place, (place, 1));
            if (count > 1) yield return Fail(run, $"{place}#{count}", (place, count));
        }

        var random = new Random(run.Seed);
        for (int pair = 0; pair < Math.Min(MostPairs, places.Count * (places.Count - 1) / 2); pair++)
        {
            int first = random.Next(places.Count - 1);
            int second = random.Next(first + 1, places.Count);
            yield return Fail(run, $"{places[first].Key},{places[second].Key}", (places[first].Key, places[first].Value),
                (places[second].Key, 1));
        }

        int calls = places.Sum(place => place.Value);
        for (int from = 1; from <= calls; from += Math.Max(1, calls / MostPairs))
            yield return run with { Name = $"from-{from}", FailFrom = from };
    }

    private static VerifyRun Fail(VerifyRun run, string name, params IEnumerable<(string Place, int From)> failing) =>
        run with { Name = name, Failing = failing.ToDictionary(one => one.Place, one => one.From) };
}
