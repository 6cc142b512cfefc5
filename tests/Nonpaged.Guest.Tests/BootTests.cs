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

    // Linux 6.1 collapses no memory file without a page table: with "always" that is so only where its 1 GiB of addresses is
    // empty, with all others anywhere.
    [Theory]
    [InlineData("never")]
    [InlineData("within_size")]
    [InlineData("always")]
    public async Task Without_hugepages_contiguous_memory_is_had_whatever_the_setting_for_memory_files(string setting)
    {
        await using Guest guest = await Guest.BootAsync(new GuestOptions());
        await guest.DoAsync($"echo {setting} > /sys/kernel/mm/transparent_hugepage/shmem_enabled");
        for (int i = 0; i < 3; i++)
        {
            GuestResult alloc = await guest.DoAsync("nonpaged alloc --length 2M --contiguous --json");
            Assert.Equal("collapsed memfd", alloc.Json.GetProperty("obtained").GetProperty("rung").GetString());
        }
    }

    [Fact]
    public async Task Commands_arrive_whole_while_orphans_end()
    {
        await using Guest guest = await Guest.BootAsync(new GuestOptions());
        // Whose parents end at once, so that they are the first process's children when they end: while
        // the half of a command is there.
        await guest.DoAsync("for second in 0.2 0.4 0.6 0.8 1.0; do (sleep $second &); done");
        GuestResult echoed = await guest.RunAsync("echo whole", pause: TimeSpan.FromSeconds(1.5));
        Assert.Equal((0, "whole\n"), (echoed.ExitCode, echoed.Output));
    }
}
