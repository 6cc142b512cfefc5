namespace Nonpaged.Guest.Tests;

/// <summary>The guest itself.</summary>
public sealed class BootTests
{
    [Fact]
    public async Task A_stock_kernel_boots_runs_the_program_and_its_traffic_is_kept_outside()
    {
        await using Guest guest = await Guest.BootAsync(new GuestOptions { Nics = ["e1000"] });
        await guest.DoAsync("echo 16 > /proc/sys/vm/nr_hugepages");
        GuestResult alloc = await guest.DoAsync("nonpaged alloc --length 2M --contiguous --json");
        Assert.True(alloc.Json.GetProperty("obtained").GetProperty("contiguous").GetBoolean());
        Assert.Equal(3, (await guest.RunAsync("echo one; echo two >&2; exit 3")).ExitCode);
        await guest.DoAsync("modprobe e1000; ip link set eth0 up; udhcpc -i eth0 -n -q -t 20 -s /bin/true");
        Assert.True(guest.Traffic().Count("dhcp.option.dhcp == 5") >= 1);
    }

    [Fact]
    public async Task Without_hugepages_contiguous_memory_is_had_or_the_remedy_that_is_told_gives_it()
    {
        await using Guest guest = await Guest.BootAsync(new GuestOptions());
        GuestResult alloc = await guest.RunAsync("nonpaged alloc --length 2M --contiguous --json");
        if (alloc.ExitCode != 0)
        {
            string remedy = alloc.Json.GetProperty("failure").GetProperty("remedy").GetString()!;
            await guest.DoAsync(remedy.Split(';')[0]);
            alloc = await guest.DoAsync("nonpaged alloc --length 2M --contiguous --json");
        }

        Assert.Equal("collapsed memfd", alloc.Json.GetProperty("obtained").GetProperty("rung").GetString());
    }

    [Fact]
    public async Task Commands_arrive_whole_while_orphans_end()
    {
        await using Guest guest = await Guest.BootAsync(new GuestOptions());
        // Whose parents end at once, so that they are the first process's children when they end: while the half of a command is there.
        await guest.DoAsync("for second in 0.2 0.4 0.6 0.8 1.0; do (sleep $second &); done");
        GuestResult echoed = await guest.RunAsync("echo whole", pause: TimeSpan.FromSeconds(1.5));
        Assert.Equal((0, "whole\n"), (echoed.ExitCode, echoed.Output));
    }
}
