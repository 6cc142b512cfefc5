using System.Text.Json;

namespace Nonpaged.Guest.Tests.Sysfs;

/// <summary>
/// The miniports on cards of the guest by physical addresses. Nothing but --machine and --device differs from a
/// run on QEMU's own device models.
/// </summary>
public sealed class LeaseAndPingTests(SysfsGuest fixture) : IClassFixture<SysfsGuest>
{
    private const string Leases = "dhcp.option.dhcp == 2 || dhcp.option.dhcp == 5";
    private const string Replies = "icmp.type == 0";

    private Guest Guest => fixture.Guest;

    [Theory]
    [InlineData("e1000", SysfsGuest.E1000, 0)]
    [InlineData("rtl8139", SysfsGuest.Rtl8139, 1)]
    public async Task A_miniport_takes_a_lease_and_pings_with_hugepages_by_physical_address(string driver, string device, int nic)
    {
        // Other tests use the same card, in any order.
        int leasesBefore = Guest.Traffic(nic).Count(Leases);
        int repliesBefore = Guest.Traffic(nic).Count(Replies);
        GuestResult result = await Guest.DoAsync(
            $"nonpaged run --machine sysfs --device {device} --count 20 --json 2>/tmp/log || {{ cat /tmp/log; exit 1; }}");
        JsonElement run = result.Json;
        Assert.Equal("sysfs", run.GetProperty("machine").GetString());
        Assert.Equal(driver, run.GetProperty("driver").GetString());
        Assert.Equal("10.0.2.15", run.GetProperty("address").GetString());
        Assert.Equal(20, run.GetProperty("ping").GetProperty("received").GetInt32());
        Assert.Equal(0, run.GetProperty("outstanding").GetInt32());
        foreach (JsonElement allocation in run.GetProperty("allocations").EnumerateArray())
        {
            JsonElement obtained = allocation.GetProperty("obtained");
            Assert.Equal("hugepage pool", obtained.GetProperty("rung").GetString());
            Assert.True(obtained.GetProperty("pinned").GetBoolean());
            Assert.NotNull(allocation.GetProperty("physicalRanges")[0].GetProperty("start").GetString());
        }

        // An offer and an acknowledgement, and further ones where it asked again because they took so long.
        Assert.InRange(Guest.Traffic(nic).Count(Leases) - leasesBefore, 2, 8);
        Assert.Equal(20, Guest.Traffic(nic).Count(Replies) - repliesBefore);
        Assert.False(await fixture.IsBusMasterAsync(device));
    }

    [Fact]
    public async Task A_person_is_told_that_nothing_keeps_the_card_from_memory()
    {
        GuestResult result = await Guest.DoAsync($"nonpaged run --machine sysfs --device {SysfsGuest.E1000} --count 1");
        Assert.Contains("nothing keeps the card from memory", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_uio_pci_generic_has_the_card_its_interrupts_come_through_the_kernel()
    {
        string driver = "/sys/bus/pci/drivers/uio_pci_generic";
        await Guest.DoAsync(
            $"modprobe uio_pci_generic && echo 8086 100e > {driver}/new_id && test -e {driver}/{SysfsGuest.E1000}");
        try
        {
            GuestResult result = await Guest.DoAsync($"nonpaged run --machine sysfs --device {SysfsGuest.E1000} --count 20 "
                + $"--json 2>/tmp/log || {{ cat /tmp/log; exit 1; }}");
            Assert.Equal(20, result.Json.GetProperty("ping").GetProperty("received").GetInt32());
            GuestResult interrupts = await Guest.DoAsync("awk '/uio_pci_generic/ { print $2 }' /proc/interrupts");
            Assert.InRange(int.Parse(interrupts.Output, System.Globalization.CultureInfo.InvariantCulture), 20, 10_000);
        }
        finally
        {
            await Guest.DoAsync($"echo 8086 100e > {driver}/remove_id; echo {SysfsGuest.E1000} > {driver}/unbind");
        }
    }
}
