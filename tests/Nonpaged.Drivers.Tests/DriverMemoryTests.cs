using System.Net;
using Nonpaged.Machines.Qemu;
using Nonpaged.Ndis;
using Nonpaged.Protocols;

namespace Nonpaged.Drivers.Tests;

/// <summary>Where drivers get their memory from.</summary>
public sealed class DriverMemoryTests
{
    [Theory]
    [InlineData("e1000")]
    [InlineData("rtl8139")]
    public async Task A_protocol_s_frames_and_a_miniport_s_context_are_memory_of_flags_0(string name)
    {
        using QemuMachine machine = Qemu.Start(name);
        using var ndis = new NdisInstance(machine, new NdisOptions { KeepJournal = true });
        Adapter adapter = ndis.StartAdapter(NetworkDrivers.Find(name)!);
        Assert.Contains(
            ndis.Outstanding, one => one is { Call: "NdisAllocateMemory", Flags: 0, Driver.Kind: DriverKind.Miniport });
        await using (LeaseAndPing protocol = await LeaseAndPing.OpenAsync(adapter, TestContext.Current.CancellationToken))
        {
            DhcpLease lease = await protocol.AcquireAsync(TestContext.Current.CancellationToken);
            Assert.Equal(IPAddress.Parse("10.0.2.15"), lease.Address);
            Assert.Contains(
                ndis.Outstanding, one => one is { Call: "NdisAllocateMemory", Flags: 0, Driver.Kind: DriverKind.Protocol });
        }

        adapter.Halt();
        Assert.Empty(ndis.Outstanding);
        Assert.Empty(ndis.Reports);
        Assert.All(ndis.Allocations, one => Assert.True(one.Freed, one.ToString()));
    }
}
