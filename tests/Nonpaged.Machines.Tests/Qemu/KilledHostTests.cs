using System.Diagnostics;

namespace Nonpaged.Machines.Tests.Qemu;

public sealed class KilledHostTests(ITestOutputHelper output)
{
    private const int Rounds = 20;
    private const int LongestDelay = 1000;

    [Fact]
    public void SIGKILL_of_that_one_process_at_any_point_leaves_no_process_and_no_file()
    {
        Testbed.RequireQemu();
        int seed = Environment.TickCount;
        var random = new Random(seed);
        output.WriteLine($"seed {seed}");
        int start = StartTime();
        int withChildren = 0;
        for (int round = 0; round < Rounds; round++)
        {
            using var host = new TestHost();
            Assert.Equal("starting", host.ReadLine());
            // Half of the rounds end before QEMU is up, and the others after, however fast the machine
            // is; the last one waits for it.
            int delay = random.Next(0, (2 * start) + 1);
            Thread.Sleep(delay);
            if (round == Rounds - 1) Assert.Equal("started", host.ReadLine());
            if (ProcessTable.WithEnvironment(host.Mark).Count > 1) withChildren++;

            host.Kill();
            var clock = Stopwatch.StartNew();
            bool gone = Testbed.WaitUntil(() => ProcessTable.WithEnvironment(host.Mark).Count == 0);
            output.WriteLine($"killed after {delay} ms, all gone {clock.ElapsedMilliseconds} ms later");
            Assert.True(gone, $"seed {seed}, after {delay} ms: {string.Join('\n', ProcessTable.WithEnvironment(host.Mark))}");
            Assert.Empty(host.Files);
        }

        Assert.True(withChildren > 0, "No round came late enough to have a QEMU.");
    }

    /// <summary>The milliseconds that the host takes to start its machine, up to a limit.</summary>
    private static int StartTime()
    {
        using var host = new TestHost();
        Assert.Equal("starting", host.ReadLine());
        var clock = Stopwatch.StartNew();
        Assert.Equal("started", host.ReadLine());
        return (int)Math.Min(clock.ElapsedMilliseconds, LongestDelay);
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void A_signal_to_the_process_group_does_not_end_QEMU_before_us(string signal)
    {
        Testbed.RequireQemu();
        using var host = new TestHost();
        Assert.Equal("starting", host.ReadLine());
        Assert.Equal("started", host.ReadLine());

        // The host leads its session, and so its process group, as a program does that a shell has started in a terminal.
        Shell.Run($"kill -s {signal} -- -{host.Id}");
        Assert.Equal("STATUS 0x80080783", host.ReadLine());
        Assert.Equal("Disposed. QEMU ended with exit code 0.", host.ReadLine());
        Assert.Equal(0, host.WaitForExit().Status);
        Assert.Empty(ProcessTable.WithEnvironment(host.Mark));
    }
}
