namespace Nonpaged.Guest.Tests.Sysfs;

/// <summary>A program that drives a card and is killed.</summary>
public sealed class KilledTests(SysfsGuest fixture) : IClassFixture<SysfsGuest>
{
    // Of the two helpers the guardian is the one that has the card's configuration space open.
    private const string FindGuardian = "guardian=$(for f in $(grep -l nonpaged-bus-guardia[n] /proc/[0-9]*/cmdline); do ls -l ${f%cmdline}fd | grep -q /config && basename ${f%/cmdline}; done)";

    private Guest Guest => fixture.Guest;

    [Theory]
    [InlineData(SysfsGuest.E1000, 0)]
    [InlineData(SysfsGuest.Rtl8139, 1)]
    public async Task Killed_amid_traffic_its_memory_is_nobody_else_s_until_the_card_is_quiet_and_the_next_start_works(string device, int nic)
    {
        int before = Guest.Traffic(nic).Count("icmp.type == 0");
        await Guest.DoAsync($"nonpaged run --machine sysfs --device {device} --count 60000 >/tmp/run 2>&1 & echo $! >/tmp/pid");
        Assert.True(await SysfsGuest.UntilAsync(() => Task.FromResult(Guest.Traffic(nic).Count("icmp.type == 0") > before + 5)), (await Guest.RunAsync("cat /tmp/run")).Output);

        // The guardian is held up, so that what happens in an instant can be looked at.
        await Guest.DoAsync($"{FindGuardian}; echo $guardian >/tmp/guardian; kill -STOP $guardian && kill -KILL $(cat /tmp/pid)");
        Assert.True(await SysfsGuest.UntilAsync(async () => (await Guest.RunAsync("grep -q 'State:.[ZX]' /proc/$(cat /tmp/pid)/status || ! test -e /proc/$(cat /tmp/pid)")).ExitCode == 0));
        await Task.Delay(300, TestContext.Current.CancellationToken);
        Assert.True(await fixture.IsBusMasterAsync(device));
        Assert.True(await fixture.FreeHugepagesAsync() < SysfsGuest.Hugepages);

        await Guest.DoAsync("kill -CONT $(cat /tmp/guardian)");
        Assert.True(await SysfsGuest.UntilAsync(async () => !await fixture.IsBusMasterAsync(device)));
        Assert.True(await SysfsGuest.UntilAsync(async () => await fixture.FreeHugepagesAsync() == SysfsGuest.Hugepages));

        GuestResult again = await Guest.DoAsync($"nonpaged run --machine sysfs --device {device} --count 3 --json 2>/tmp/log || {{ cat /tmp/log; exit 1; }}");
        Assert.Equal(3, again.Json.GetProperty("ping").GetProperty("received").GetInt32());
    }

    [Fact]
    public async Task After_a_kill_the_next_start_works_at_once_and_the_kernel_s_own_driver_too()
    {
        string device = SysfsGuest.E1000;
        await Guest.DoAsync($"nonpaged run --machine sysfs --device {device} --count 60000 >/tmp/run 2>&1 & sleep 3; kill -KILL $!");
        GuestResult again = await Guest.DoAsync($"nonpaged run --machine sysfs --device {device} --count 3 --json 2>/tmp/log || {{ cat /tmp/log; exit 1; }}");
        Assert.Equal(3, again.Json.GetProperty("ping").GetProperty("received").GetInt32());
        try
        {
            await Guest.DoAsync("modprobe e1000 && ip link set eth0 up && udhcpc -i eth0 -n -q -s /bin/true");
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
        await Guest.DoAsync($"nonpaged run --machine sysfs --device {device} --count 60000 --json >/tmp/run 2>/tmp/log & echo $! >/tmp/pid; sleep 3; {FindGuardian}; kill -KILL $guardian");
        Assert.True(await SysfsGuest.UntilAsync(async () => (await Guest.RunAsync("! test -e /proc/$(cat /tmp/pid) || grep -q 'State:.Z' /proc/$(cat /tmp/pid)/status")).ExitCode == 0));
        GuestResult run = await Guest.DoAsync("cat /tmp/run");
        Assert.Contains("guardian", run.Json.GetProperty("failure").GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.False(await fixture.IsBusMasterAsync(device));
    }
}
