namespace Nonpaged.Bench.Tests;

public sealed class VerdictTests
{
    [Theory]
    [InlineData(0.5, "ahead")]
    [InlineData(0.95, "ahead")]
    [InlineData(0.951, "level")]
    [InlineData(1.0, "level")]
    [InlineData(1.049, "level")]
    [InlineData(1.05, "behind")]
    [InlineData(2.4, "behind")]
    [InlineData(null, "–")]
    public void A_ratio_says_ahead_level_or_behind(double? ratio, string verdict) => Assert.Equal(verdict, Verdict.Of(ratio));

    [Fact]
    public void Rows_are_counted_by_their_verdicts_without_those_that_have_no_peer() => Assert.Equal(
        "Of 4 rows 2 ahead of the best peer (ratio at most 0.95), 1 level, 1 behind (at least 1.05).",
        Verdict.Count([0.5, null, 0.95, 1.0, 1.05]));
}
