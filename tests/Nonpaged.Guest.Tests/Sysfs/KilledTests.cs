namespace Nonpaged.Guest.Tests.Sysfs;

/// <summary>A program that drives a card and is killed.</summary>
public sealed class KilledTests(SysfsGuest fixture) : IClassFixture<SysfsGuest>
{
    // Of the two helpers the guardian is the one that has the card's configuration space open.
    private const string FindGuardian = "guardian=$(for f in $(grep -l nonpaged-bus-guardia[n] /proc/[0-9]*/cmdline); "
        + "do ls -l ${f%cmdline}fd | grep -q /config && basename ${f%/cmdline}; done)";

    private Guest Guest => fixture.Guest;

    [Theory]
    [InlineData(SysfsGuest.E1000, 0)]
    [InlineData(SysfsGuest.Rtl8139, 1)]
    public async Task Killed_amid_traffic_its_memory_is_nobody_else_s_until_the_card_is_quiet_and_the_next_start_works(
        string device, int nic)
    {
        await GuestProgram.PingAsync(Guest, $"--machine sysfs --device {device}", nic);

        // The guardian is held up, so that what happens in an instant can be looked at.
        await Guest.DoAsync($"{FindGuardian}; echo $guardian >/tmp/guardian; kill -STOP $guardian");
        await GuestProgram.EndAsync(Guest, "KILL");
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.True(await fixture.IsBusMasterAsync(device));
        Assert.True(await fixture.FreeHugepagesAsync() < SysfsGuest.Hugepages);

        await Guest.DoAsync("kill -CONT $(cat /tmp/guardian)");
        Assert.True(await Guest.UntilAsync(async () => !await fixture.IsBusMasterAsync(device)));
        Assert.True(await Guest.UntilAsync(async () => await fixture.FreeHugepagesAsync() == SysfsGuest.Hugepages));

        GuestResult again = await Guest.DoAsync(
            $"nonpaged run --machine sysfs --device {device} --count 3 --json 2>/tmp/log || {{ cat /tmp/log; exit 1; }}");
        Assert.Equal(3, again.Json.GetProperty("ping").GetProperty("received").GetInt32());
    }

    [Fact]
    public async Task After_a_kill_the_next_start_works_at_once_and_the_kernel_s_own_driver_too()
    {
        string device = SysfsGuest.E1000;
        await GuestProgram.PingAsync(Guest, $"--machine sysfs --device {device}", nic: 0);
        await Guest.DoAsync("kill -KILL $(cat /tmp/pid)");
        GuestResult again = await Guest.DoAsync(
            $"nonpaged run --machine sysfs --device {device} --count 3 --json 2>/tmp/log || {{ cat /tmp/log; exit 1; }}");
        Assert.Equal(3, again.Json.GetProperty("ping").GetProperty("received").GetInt32());
        try
        {
            await Guest.DoAsync("modprobe e1000 && ip link set eth0 up && udhcpc -i eth0 -n -q -t 20 -s /bin/true");
        }
        finally
        {
            await Guest.DoAsync("rmmod e1000");
        }
    }

    [Fact]
    public async Task Without_its_guardian_a_machine_ends_and_its_card_is_quiet()
    {
        string device = SysfsGuest.E1000;
        await GuestProgram.PingAsync(Guest, $"--machine sysfs --device {device} --json", nic: 0);
        await Guest.DoAsync($"{FindGuardian}; kill -KILL $guardian");
        GuestResult run = await GuestProgram.WaitAsync(Guest);
        Assert.Contains("guardian", run.Json.GetProperty("failure").GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.False(await fixture.IsBusMasterAsync(device));
    }
}
