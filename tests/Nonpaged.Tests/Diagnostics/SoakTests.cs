namespace Nonpaged.Tests.Diagnostics;

[Collection("host memory")]
public sealed class SoakTests(ITestOutputHelper output)
{
    [Fact]
    public void Five_seconds_of_random_requests_at_the_ceiling_on_two_threads_leave_no_error_and_no_block()
    {
        int seed = Environment.TickCount;
        SoakReport report = new Soak(seed).Run(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        output.WriteLine($"seed {seed}: {report}");
        Assert.True(report.Errors.Count == 0, $"seed {seed}: {string.Join("\n", report.Errors)}");
        Assert.Equal(0UL, report.Outstanding);
        Assert.True(report.Holds);
        Assert.Contains(report.Refusals.Keys, limit => limit.Contains("ceiling", StringComparison.Ordinal));
        Assert.True(report.Shrinks > 0, "The pool never shrank.");
        Assert.InRange(report.PeakBytes, 48UL << 20, 64UL << 20);
        Assert.Equal(0, Extents.Host.CountMaps());
    }
}
