using System.Net;
using Nonpaged.Machines.Qemu;
using Nonpaged.Ndis;
using Nonpaged.Protocols;

namespace Nonpaged.Drivers.Tests;

/// <summary>Both miniports against QEMU's device models, up to the network that QEMU plays.</summary>
public sealed class LeaseAndPingTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("e1000", NdisProfile.Ddk)]
    [InlineData("e1000", NdisProfile.Ce3)]
    [InlineData("e1000", NdisProfile.Ce5)]
    [InlineData("rtl8139", NdisProfile.Ddk)]
    [InlineData("rtl8139", NdisProfile.Ce3)]
    [InlineData("rtl8139", NdisProfile.Ce5)]
    public async Task A_lease_and_100_pings_work_under_every_profile_and_a_halt_leaves_nothing(string name, NdisProfile profile)
    {
        using QemuMachine machine = Qemu.Start(name);
        using var ndis = new NdisInstance(machine, new NdisOptions { Profile = profile });
        Adapter adapter = ndis.StartAdapter(NetworkDrivers.Find(name)!);
        PingResult result = await PingAsync(adapter, 100);
        Assert.Equal((100, 100), (result.Sent, result.Received));
        adapter.Halt();
        Assert.Equal(0, adapter.FramesBad);
        Assert.True(adapter.FramesSent >= 103, $"{adapter.FramesSent} sent");
        Assert.True(adapter.FramesReceived >= 103, $"{adapter.FramesReceived} received");
        Assert.Empty(ndis.Outstanding);
        Assert.Empty(ndis.Pool.Blocks);
        Assert.Empty(ndis.Reports);
    }

    [Fact]
    public async Task Frames_that_wrap_around_the_end_of_the_rtl8139_s_ring_arrive_whole()
    {
        using QemuMachine machine = Qemu.Start("rtl8139");
        using var ndis = new NdisInstance(machine);
        // 8 KiB hold 78 records of an echo reply: 200 of them go around twice, and cross the end at two places.
        var parameters = new Dictionary<string, string> { ["ReceiveRing"] = "8" };
        using Adapter adapter = ndis.StartAdapter(NetworkDrivers.Find("rtl8139")!, configuration: parameters);
        PingResult result = await PingAsync(adapter, 200);
        Assert.Equal(200, result.Received);
    }

    [Fact]
    public async Task The_e1000_s_rings_go_around_with_eight_descriptors()
    {
        using QemuMachine machine = Qemu.Start("e1000");
        using var ndis = new NdisInstance(machine);
        var parameters = new Dictionary<string, string> { ["*ReceiveBuffers"] = "8" };
        using Adapter adapter = ndis.StartAdapter(NetworkDrivers.Find("e1000")!, configuration: parameters);
        PingResult result = await PingAsync(adapter, 100);
        Assert.Equal(100, result.Received);
    }

    [Theory]
    [InlineData("e1000", "*ReceiveBuffers")]
    [InlineData("rtl8139", "ReceiveRing")]
    public async Task Sends_that_overlap_are_all_answered_with_the_smallest_rings(string name, string parameter)
    {
        using QemuMachine machine = Qemu.Start(name);
        using var ndis = new NdisInstance(machine);
        using Adapter adapter = ndis.StartAdapter(
            NetworkDrivers.Find(name)!, configuration: new Dictionary<string, string> { [parameter] = "8" });
        await using LeaseAndPing protocol = await LeaseAndPing.OpenAsync(adapter, Cancellation);
        await protocol.AcquireAsync(Cancellation);
        PingResult[] results = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => protocol.PingAsync(count: 50, cancellationToken: Cancellation)));
        Assert.Equal(800, results.Sum(result => result.Received));
        Assert.Empty(ndis.Reports);
    }

    [Theory]
    [InlineData("e1000")]
    [InlineData("rtl8139")]
    public async Task A_configured_network_address_is_the_one_in_use(string name)
    {
        using QemuMachine machine = Qemu.Start(name);
        using var ndis = new NdisInstance(machine);
        var parameters = new Dictionary<string, string> { ["NetworkAddress"] = "02:00:5e:10:00:01" };
        using Adapter adapter = ndis.StartAdapter(NetworkDrivers.Find(name)!, configuration: parameters);
        Assert.Equal("02:00:5e:10:00:01", adapter.MacAddress.ToString());
        PingResult result = await PingAsync(adapter, 3);
        Assert.Equal(3, result.Received);
    }

    [Theory]
    [InlineData("e1000")]
    [InlineData("rtl8139")]
    public async Task An_adapter_can_be_halted_and_started_again_on_the_same_machine(string name)
    {
        using QemuMachine machine = Qemu.Start(name);
        using var ndis = new NdisInstance(machine);
        for (int round = 0; round < 3; round++)
        {
            using Adapter adapter = ndis.StartAdapter(NetworkDrivers.Find(name)!);
            PingResult result = await PingAsync(adapter, 3);
            Assert.Equal(3, result.Received);
        }

        Assert.Empty(ndis.Outstanding);
        Assert.Empty(ndis.Reports);
    }

    [Theory]
    [InlineData("e1000")]
    [InlineData("rtl8139")]
    public async Task A_halt_under_way_ends_the_pings_with_a_reason(string name)
    {
        using QemuMachine machine = Qemu.Start(name);
        using var ndis = new NdisInstance(machine);
        Adapter adapter = ndis.StartAdapter(NetworkDrivers.Find(name)!);
        await using (LeaseAndPing protocol = await LeaseAndPing.OpenAsync(adapter, Cancellation))
        {
            await protocol.AcquireAsync(Cancellation);
            var underWay = new FirstReply();
            Task<PingResult> pings = protocol.PingAsync(count: 10_000, progress: underWay, cancellationToken: Cancellation);
            await underWay.Came.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
            adapter.Halt();
            InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(() => pings);
            Assert.Contains("was halted", failure.Message, StringComparison.Ordinal);
        }

        Assert.Empty(ndis.Outstanding);
        Assert.Empty(ndis.Reports);
    }

    [Theory]
    [InlineData("e1000")]
    [InlineData("rtl8139")]
    public async Task A_machine_that_ends_halts_the_adapter_and_ends_the_pings(string name)
    {
        QemuMachine machine = Qemu.Start(name);
        using var ndis = new NdisInstance(machine);
        Adapter adapter = ndis.StartAdapter(NetworkDrivers.Find(name)!);
        await using (LeaseAndPing protocol = await LeaseAndPing.OpenAsync(adapter, Cancellation))
        {
            await protocol.AcquireAsync(Cancellation);
            Task<PingResult> pings = protocol.PingAsync(count: 10_000, cancellationToken: Cancellation);
            machine.Dispose();
            await Assert.ThrowsAsync<InvalidOperationException>(() => pings);
            await adapter.Halted.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        }

        Assert.Equal(NdisReportKind.HardwareGone, Assert.Single(ndis.Reports).Kind);
        Assert.Empty(ndis.Outstanding);
    }

    private static async Task<PingResult> PingAsync(Adapter adapter, int count)
    {
        await using LeaseAndPing protocol = await LeaseAndPing.OpenAsync(adapter, Cancellation);
        DhcpLease lease = await protocol.AcquireAsync(Cancellation);
        Assert.Equal(IPAddress.Parse("10.0.2.15"), lease.Address);
        PingResult result = await protocol.PingAsync(count: count, cancellationToken: Cancellation);
        Assert.Equal(IPAddress.Parse("10.0.2.2"), result.Target);
        Assert.Equal(0, protocol.BadFrames);
        return result;
    }

    private sealed class FirstReply : IProgress<PingReply>
    {
        private readonly TaskCompletionSource _came = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Came => _came.Task;

        public void Report(PingReply value) => _came.TrySetResult();
    }
}
