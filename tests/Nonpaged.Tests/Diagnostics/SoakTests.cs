namespace Nonpaged.Tests.Diagnostics;

[Collection("host memory")]
public sealed class SoakTests(ITestOutputHelper output)
{
    [Fact]
    public void Five_seconds_of_random_requests_at_the_ceiling_on_two_threads_leave_no_error_and_no_block()
    {
        // On a busy machine five seconds may be too few requests for a pool to be full, and to shrink.
        SoakReport report = Run(TimeSpan.FromSeconds(5));
        for (int seconds = 10; seconds <= 80 && !(IsFull(report) && report.Shrinks > 0); seconds *= 2) report = Run(TimeSpan.FromSeconds(seconds));
        Assert.True(IsFull(report), "The pool was never at its ceiling.");
        Assert.True(report.Shrinks > 0, "The pool never shrank.");
        Assert.InRange(report.PeakBytes, 48UL << 20, 64UL << 20);
    }

    private static bool IsFull(SoakReport report) => report.Refusals.Keys.Any(limit => limit.Contains("ceiling", StringComparison.Ordinal));

    private SoakReport Run(TimeSpan time)
    {
        int seed = Environment.TickCount;
        SoakReport report = new Soak(seed).Run(time, TestContext.Current.CancellationToken);
        output.WriteLine($"seed {seed}: {report}");
        Assert.True(report.Errors.Count == 0, $"seed {seed}: {string.Join("\n", report.Errors)}");
        Assert.Equal(0UL, report.Outstanding);
        Assert.True(report.Holds);
        Assert.Equal(0, Extents.Host.CountMaps());
        return report;
    }
}
