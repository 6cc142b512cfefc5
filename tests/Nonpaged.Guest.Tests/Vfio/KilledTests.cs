namespace Nonpaged.Guest.Tests.Vfio;

/// <summary>A program that drives a card and is killed.</summary>
public sealed class KilledTests(VfioGuest fixture) : IClassFixture<VfioGuest>
{
    private Guest Guest => fixture.Guest;

    [Theory]
    [InlineData(VfioGuest.E1000, 0, "e1000")]
    [InlineData(VfioGuest.Rtl8139, 1, "8139cp")]
    public async Task Killed_amid_traffic_the_card_is_quiet_the_next_start_works_and_the_kernel_s_driver_can_have_it_back(
        string device, int nic, string driver)
    {
        await fixture.BindAsync(device);
        await GuestProgram.PingAsync(Guest, $"--machine vfio --device {device}", nic);
        Assert.True(await fixture.IsBusMasterAsync(device));

        await GuestProgram.EndAsync(Guest, "KILL");
        // The group is closed, and with it the way to memory; nobody else has had it since.
        Assert.False(await fixture.IsBusMasterAsync(device));
        Assert.Equal("0", (await Guest.RunAsync("dmesg | grep -c 'DMAR.*Request device'")).Output.Trim());

        GuestResult again = await Guest.DoAsync(
            $"nonpaged run --machine vfio --device {device} --count 3 --json 2>/tmp/log || {{ cat /tmp/log; exit 1; }}");
        Assert.Equal(3, again.Json.GetProperty("ping").GetProperty("received").GetInt32());

        await Guest.DoAsync($"nonpaged unbind {device}");
        Assert.Equal(driver, await fixture.DriverOfAsync(device));
        await Guest.DoAsync($"card=$(ls /sys/bus/pci/devices/{device}/net); ip link set $card up && udhcpc -i $card -n -q -t 20 "
            + "-s /bin/true && ip link set $card down");
    }
}
