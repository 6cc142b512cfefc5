namespace Nonpaged.Cli.Tests.Soak;

[Collection("alone")]
public sealed class PoolSoakTests(ITestOutputHelper output)
{
    [Fact]
    public void Five_seconds_of_random_requests_at_the_ceiling_on_two_threads_leave_no_error_and_no_block()
    {
        // On a busy machine five seconds may be too few requests for a pool to be full, and to shrink.
        PoolSoakReport report = Run(TimeSpan.FromSeconds(5));
        for (int seconds = 10; seconds <= 80 && !(IsFull(report) && report.Shrinks > 0); seconds *= 2)
            report = Run(TimeSpan.FromSeconds(seconds));
        Assert.True(IsFull(report), "The pool was never at its ceiling.");
        Assert.True(report.Shrinks > 0, "The pool never shrank.");
        Assert.InRange(report.PeakBytes, 48UL << 20, 64UL << 20);
    }

    private static bool IsFull(PoolSoakReport report) =>
        report.Refusals.Keys.Any(limit => limit.Contains("ceiling", StringComparison.Ordinal));

    private PoolSoakReport Run(TimeSpan time)
    {
        int seed = Environment.TickCount;
        int before = CountMaps();
        PoolSoakReport report = new PoolSoak(seed).Run(time, TestContext.Current.CancellationToken);
        output.WriteLine($"seed {seed}: {report}");
        Assert.True(report.Errors.Count == 0, $"seed {seed}: {string.Join("\n", report.Errors)}");
        Assert.Equal(0UL, report.Outstanding);
        Assert.True(report.Holds);
        Assert.InRange(CountMaps(), 0, before);
        return report;
    }

    // Other tests of this process may have left some, which the collector gives back whenever it likes.
    private static int CountMaps() =>
        File.ReadLines("/proc/self/maps").Count(line => line.Contains("nonpaged:", StringComparison.Ordinal));
}
