namespace Nonpaged.Bench;

/// <summary>How ours does beside the best peer of a row, in a word.</summary>
internal static class Verdict
{
    public const string Ahead = "ahead";
    public const string Level = "level";
    public const string Behind = "behind";

    private const double AheadAtMost = 0.95;
    private const double BehindAtLeast = 1.05;

    /// <param name="ratio">Ours to the best peer; null where there is none.</param>
    public static string Of(double? ratio) => ratio switch
    {
        null => "–",
        <= AheadAtMost => Ahead,
        >= BehindAtLeast => Behind,
        _ => Level,
    };

    /// <summary>A ratio of times in a table: bold where ours is ahead.</summary>
    public static string Bold(double? ratio) =>
        Of(ratio) == Ahead ? $"**{Format.ShortRatio(ratio)}**" : Format.ShortRatio(ratio);

    /// <summary>How many rows are ahead, level and behind, as numbers alone.</summary>
    public static string Counts(IEnumerable<double?> ratios)
    {
        string[] all = [.. ratios.Where(ratio => ratio is not null).Select(ratio => Of(ratio))];
        return string.Join(" / ", new[] { Ahead, Level, Behind }.Select(verdict => all.Count(one => one == verdict)));
    }

    /// <summary>How many rows are which, in a sentence.</summary>
    public static string Count(IEnumerable<double?> ratios)
    {
        string[] all = [.. ratios.Where(ratio => ratio is not null).Select(ratio => Of(ratio))];
        return FormattableString.Invariant(
            $"Of {all.Length} rows {Rows(Ahead)} ahead of the best peer (ratio at most {AheadAtMost}), {Rows(Level)} level, ")
            + FormattableString.Invariant($"{Rows(Behind)} behind (at least {BehindAtLeast}).");

        int Rows(string verdict) => all.Count(one => one == verdict);
    }
}
