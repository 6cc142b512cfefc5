using System.Text.Json;

namespace Nonpaged.Guest.Tests.Vfio;

public sealed class BindingTests(VfioGuest fixture) : IClassFixture<VfioGuest>
{
    private Guest Guest => fixture.Guest;

    [Fact]
    public async Task A_bound_card_is_ready_and_an_unbound_one_has_its_own_driver_again()
    {
        JsonElement before = await DeviceAsync();
        Assert.Equal(("8139cp", false, "rtl8139"), (before.GetProperty("driver")
            .GetString(), before.GetProperty("ready").GetBoolean(), before.GetProperty("miniport").GetString()));
        // What it says is what helps.
        await Guest.DoAsync(before.GetProperty("remedy").GetString()!);
        JsonElement bound = await DeviceAsync();
        Assert.Equal(("vfio-pci", true), (bound.GetProperty("driver").GetString(), bound.GetProperty("ready").GetBoolean()));
        Assert.Contains(
            "as before", (await Guest.DoAsync($"nonpaged bind {VfioGuest.Rtl8139}")).Output, StringComparison.Ordinal);
        GuestResult given = await Guest.DoAsync($"nonpaged unbind {VfioGuest.Rtl8139} --json");
        Assert.Equal("8139cp", given.Json.GetProperty("devices")[0].GetProperty("driver").GetString());
        Assert.Equal("8139cp", await fixture.DriverOfAsync(VfioGuest.Rtl8139));
        await Guest.DoAsync($"card=$(ls /sys/bus/pci/devices/{VfioGuest.Rtl8139}/net); "
            + "ip link set $card up && udhcpc -i $card -n -q -t 20 -s /bin/true && ip link set $card down");
    }

    [Fact]
    public async Task A_card_whose_network_interface_is_up_is_not_taken_and_the_remedy_takes_it()
    {
        await Guest.DoAsync(
            $"nonpaged unbind {VfioGuest.E1000}; ip link set $(ls /sys/bus/pci/devices/{VfioGuest.E1000}/net) up");
        GuestResult result = await Guest.RunAsync($"nonpaged bind {VfioGuest.E1000} --json");
        Assert.Equal(1, result.ExitCode);
        JsonElement failure = result.Json.GetProperty("failure");
        Assert.Contains("which is up", failure.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal("e1000", await fixture.DriverOfAsync(VfioGuest.E1000));
        await Guest.DoAsync(failure.GetProperty("remedy").GetString()!);
        Assert.Equal("vfio-pci", await fixture.DriverOfAsync(VfioGuest.E1000));
    }

    [Fact]
    public async Task A_card_in_use_is_not_given_back_and_one_that_the_kernel_wants_ends_its_run_in_order()
    {
        await fixture.BindAsync(VfioGuest.E1000);
        await GuestProgram.HoldAsync(Guest, $"--machine vfio --device {VfioGuest.E1000} --count 1 --json");
        GuestResult refused = await Guest.RunAsync($"nonpaged unbind {VfioGuest.E1000} --json");
        Assert.Contains(
            $"(process {(await Guest.DoAsync("cat /tmp/pid")).Output.Trim()})",
            refused.Json.GetProperty("failure").GetProperty("reason").GetString(),
            StringComparison.Ordinal);

        // By hand it can be asked for; the kernel waits until the program has let go.
        await Guest.DoAsync($"echo > /sys/bus/pci/devices/{VfioGuest.E1000}/driver_override; "
            + $"echo {VfioGuest.E1000} > /sys/bus/pci/drivers/vfio-pci/unbind");
        JsonElement run = (await GuestProgram.WaitAsync(Guest)).Json;
        Assert.Contains(
            $"The kernel asks for {VfioGuest.E1000}",
            run.GetProperty("failure").GetProperty("reason").GetString(),
            StringComparison.Ordinal);
        Assert.Equal(0, run.GetProperty("outstanding").GetInt32());
        await Guest.DoAsync($"echo {VfioGuest.E1000} > /sys/bus/pci/drivers_probe");
        Assert.Equal("e1000", await fixture.DriverOfAsync(VfioGuest.E1000));
    }

    private async Task<JsonElement> DeviceAsync() =>
        (await Guest.DoAsync("nonpaged devices --json")).Json.GetProperty("devices").EnumerateArray()
            .Single(device => device.GetProperty("address").GetString() == VfioGuest.Rtl8139);
}
