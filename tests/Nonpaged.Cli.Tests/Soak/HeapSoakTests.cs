namespace Nonpaged.Cli.Tests.Soak;

[Collection("alone")]
public sealed class HeapSoakTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public void Ten_million_operations_with_every_block_checked_leave_no_error_and_no_block(int threads)
    {
        int seed = Environment.TickCount & 0xffffff;
        HeapSoakReport report = new HeapSoak(seed, threads, ladder: [MemoryRung.Collapsed]).Run(
            TimeSpan.FromMinutes(30), 10_000_000, TestContext.Current.CancellationToken);
        output.WriteLine($"seed {seed}: {report}");
        Assert.True(report.Errors.Count == 0, $"seed {seed}: {string.Join("\n", report.Errors)}");
        Assert.Equal(0UL, report.Outstanding);
        Assert.True(report.Operations >= 10_000_000);
        Assert.True(report.HandedOver > 10_000);
        Assert.True(report.ThreadsEnded >= threads);
        Assert.True(report.Holds);
    }
}
