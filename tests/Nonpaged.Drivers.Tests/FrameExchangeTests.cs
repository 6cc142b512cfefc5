using Nonpaged.Machines.Qemu;
using Nonpaged.Ndis;
using Nonpaged.Protocols;

namespace Nonpaged.Drivers.Tests;

/// <summary>Two adapters of one machine exchange frames, and something ends it.</summary>
public sealed class FrameExchangeTests
{
    private const long Endless = 100_000_000;
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    public enum Ending
    {
        SenderHalted,
        ReceiverHalted,
        MachineGone,
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("e1000", Ending.SenderHalted)]
    [InlineData("e1000", Ending.ReceiverHalted)]
    [InlineData("e1000", Ending.MachineGone)]
    [InlineData("rtl8139", Ending.SenderHalted)]
    [InlineData("rtl8139", Ending.ReceiverHalted)]
    [InlineData("rtl8139", Ending.MachineGone)]
    public async Task An_adapter_that_goes_ends_the_exchange_with_a_reason_and_nothing_is_left(string name, Ending ending)
    {
        using QemuMachine machine = Qemu.StartPeers(name);
        using var ndis = new NdisInstance(machine);
        using (var exchange = FrameExchange.Register(ndis))
        {
            Adapter from = ndis.StartAdapter(NetworkDrivers.Find(name)!, machine.Nic!);
            Adapter to = ndis.StartAdapter(NetworkDrivers.Find(name)!, machine.PeerNic!);
            Task<FrameExchangeResult> run = Task.Run(
                () => exchange.Run(from, to, Endless, FrameExchange.ShortestFrame, Cancellation), Cancellation);
            await UntilAsync(() => to.FramesReceived > 100 || run.IsCompleted);
            if (ending == Ending.MachineGone) machine.Dispose();
            else (ending == Ending.SenderHalted ? from : to).Halt();

            InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(() =>
                run.WaitAsync(s_limit, Cancellation));
            Assert.Contains("was halted", failure.Message, StringComparison.Ordinal);
        }

        foreach (Adapter adapter in ndis.Adapters) adapter.Halt();
        Assert.Empty(ndis.Outstanding);
        Assert.All(ndis.Reports, report => Assert.Equal(NdisReportKind.HardwareGone, report.Kind));
        Assert.Equal(ending == Ending.MachineGone, ndis.Reports.Count > 0);
    }

    [Fact]
    public async Task A_cancelled_exchange_tells_what_arrived_until_then()
    {
        using QemuMachine machine = Qemu.StartPeers("e1000");
        using var ndis = new NdisInstance(machine);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        using (var exchange = FrameExchange.Register(ndis))
        {
            Adapter from = ndis.StartAdapter(NetworkDrivers.Find("e1000")!, machine.Nic!);
            Adapter to = ndis.StartAdapter(NetworkDrivers.Find("e1000")!, machine.PeerNic!);
            Task<FrameExchangeResult> run = Task.Run(
                () => exchange.Run(from, to, Endless, FrameExchange.LongestFrame, end.Token), Cancellation);
            await UntilAsync(() => to.FramesReceived > 100 || run.IsCompleted);
            await end.CancelAsync();
            FrameExchangeResult result = await run.WaitAsync(s_limit, Cancellation);
            Assert.InRange(result.Received, 1, result.Sent);
            Assert.Equal(0, result.Changed);
        }

        Assert.Empty(ndis.Reports);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(s_limit);
        while (!condition()) await Task.Delay(10, limit.Token);
    }
}
