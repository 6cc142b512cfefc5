using System.Net;
using Nonpaged.Machines.Qemu;
using Nonpaged.Ndis;
using Nonpaged.Protocols;

namespace Nonpaged.Drivers.Tests;

/// <summary>
/// Clause C17: a driver whose allocation fails at initialization takes fewer or smaller blocks instead of failing.
/// </summary>
public sealed class ScarceMemoryTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("e1000", NdisProfile.Ddk)]
    [InlineData("e1000", NdisProfile.Ce5)]
    [InlineData("rtl8139", NdisProfile.Ddk)]
    [InlineData("rtl8139", NdisProfile.Ce3)]
    public async Task With_less_memory_than_they_would_like_both_miniports_come_up_and_ping(string name, NdisProfile profile)
    {
        ulong plenty = MemoryOf(name, 64 << 20, profile);
        int started = 0;
        // QEMU's e1000 receives nothing in its first second, so it gets fewer rounds.
        ulong step = name == "e1000" ? 0x8000UL : 0x2000UL;
        // From what they take where there is plenty, down to where they give up.
        for (ulong ram = (plenty + 0x20000) & ~0x1fffUL; ram >= 0x8000; ram -= step)
        {
            using QemuMachine machine = Qemu.Start(name, ram);
            using var ndis = new NdisInstance(machine, new NdisOptions { KeepJournal = true, Profile = profile });
            ulong free = ndis.Pool.FreeBytes;
            bool hasLess;
            try
            {
                await using var protocol = LeaseAndPing.Register(ndis);
                Adapter adapter = ndis.StartAdapter(NetworkDrivers.Find(name)!);
                hasLess = ndis.Allocations.Any(one => one.Status == NDIS_STATUS_FAILURE);
                await Ping(protocol, adapter);
                adapter.Halt();
            }
            catch (AdapterException)
            {
                Assert.Empty(ndis.Outstanding);
                break;
            }

            Assert.Empty(ndis.Outstanding);
            Assert.Empty(ndis.Reports);
            Assert.Equal(free, ndis.Pool.FreeBytes);
            output.WriteLine(
                $"{name}, {profile}: pings with {ram >> 10} KiB of RAM{(hasLess ? ", less than it asked for" : "")}.");
            if (hasLess) started++;
        }

        Assert.True(started > 0, "It gave up as soon as its first choice failed.");
    }

    [Theory]
    [InlineData("e1000", 8 << 10)]
    [InlineData("e1000", 16 << 10)]
    [InlineData("rtl8139", 8 << 10)]
    [InlineData("rtl8139", 16 << 10)]
    public void With_too_little_memory_they_fail_clearly_and_nothing_is_outstanding(string name, int ram)
    {
        using QemuMachine machine = Qemu.Start(name, (ulong)ram);
        using var ndis = new NdisInstance(machine);
        ulong free = ndis.Pool.FreeBytes;
        AdapterException failure = Assert.Throws<AdapterException>(() => ndis.StartAdapter(NetworkDrivers.Find(name)!));
        Assert.Contains(name, failure.Message, StringComparison.Ordinal);
        Assert.Contains(failure.Reasons, reason => reason.Contains("bytes are free", StringComparison.Ordinal)
            || reason.Contains("machine has", StringComparison.Ordinal));
        Assert.Empty(ndis.Outstanding);
        Assert.Empty(ndis.Reports);
        Assert.Empty(ndis.Adapters);
        Assert.Equal(free, ndis.Pool.FreeBytes);
    }

    private static ulong MemoryOf(string name, ulong ram, NdisProfile profile)
    {
        using QemuMachine machine = Qemu.Start(name, ram);
        using var ndis = new NdisInstance(machine, new NdisOptions { Profile = profile });
        ulong free = ndis.Pool.FreeBytes;
        Adapter adapter = ndis.StartAdapter(NetworkDrivers.Find(name)!);
        ulong taken = free - ndis.Pool.FreeBytes;
        adapter.Halt();
        return taken;
    }

    private static async Task Ping(LeaseAndPing protocol, Adapter adapter)
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        await protocol.BindAsync(adapter, cancellation);
        DhcpLease lease = await protocol.AcquireAsync(cancellation);
        Assert.Equal(IPAddress.Parse("10.0.2.15"), lease.Address);
        PingResult result = await protocol.PingAsync(lease.Server, 5, cancellationToken: cancellation);
        Assert.Equal(5, result.Received);
    }
}
