using System.Text.Json;

namespace Nonpaged.Guest.Tests.Vfio;

/// <summary>Cards that cannot be used: each says why, and the command that helps.</summary>
public sealed class RefusalTests(VfioGuest fixture) : IClassFixture<VfioGuest>
{
    private Guest Guest => fixture.Guest;

    [Fact]
    public async Task A_card_that_does_not_exist_is_refused()
    {
        await AssertRefusedAsync("0000:00:1e.7", "There is no PCI device 0000:00:1e.7.", "nonpaged devices");
        await AssertRefusedAsync("../../../etc", "There is no PCI device ../../../etc.", "nonpaged devices");
    }

    [Fact]
    public async Task A_card_that_the_kernel_drives_is_refused_and_the_remedy_binds_it()
    {
        await Guest.DoAsync($"nonpaged unbind {VfioGuest.E1000}");
        await AssertRefusedAsync(VfioGuest.E1000, "the kernel's driver e1000 (eth", $"nonpaged bind {VfioGuest.E1000}");
        await Guest.DoAsync(
            $"nonpaged bind {VfioGuest.E1000} && nonpaged run --machine vfio --device {VfioGuest.E1000} --count 1");
    }

    [Fact]
    public async Task A_group_that_another_program_has_open_is_refused_with_its_process()
    {
        await fixture.BindAsync(VfioGuest.Rtl8139);
        await GuestProgram.HoldAsync(Guest, $"--machine vfio --device {VfioGuest.Rtl8139} --count 1");
        string process = (await Guest.DoAsync("cat /tmp/pid")).Output.Trim();
        await AssertRefusedAsync(VfioGuest.Rtl8139, $"is open already: nonpaged (process {process})", "end it");
        GuestResult devices = await Guest.DoAsync("nonpaged devices --json");
        Assert.Contains($"is open already: nonpaged (process {process})", devices.Output, StringComparison.Ordinal);
        await GuestProgram.EndAsync(Guest);
    }

    [Fact]
    public async Task A_user_who_may_not_open_the_group_is_refused_and_the_remedy_lets_him_in()
    {
        await fixture.BindAsync(VfioGuest.Rtl8139);
        await Guest.DoAsync(
            "grep -q nobody /etc/passwd 2>/dev/null || echo nobody:x:65534:65534::/:/bin/sh >>/etc/passwd; chmod 755 /");
        GuestResult result = await Guest.RunAsync(
            $"su nobody -c 'nonpaged run --machine vfio --device {VfioGuest.Rtl8139} --json 2>/dev/null'");
        JsonElement failure = result.Json.GetProperty("failure");
        Assert.Contains("may not be opened (EACCES)", failure.GetProperty("reason").GetString(), StringComparison.Ordinal);
        string remedy = failure.GetProperty("remedy").GetString()!;
        Assert.StartsWith("chown $USER /dev/vfio/", remedy, StringComparison.Ordinal);
        await Guest.DoAsync($"USER=nobody; {remedy.Replace("(as root)", "", StringComparison.Ordinal)}");
        // An ordinary user is held to the memlock limit, which here is 8 MiB or less, and needs 2 MiB.
        GuestResult allowed = await Guest.RunAsync($"su nobody -c 'nonpaged run --machine vfio --device {VfioGuest.Rtl8139} "
            + "--count 2 --json 2>/tmp/lognobody || cat /tmp/lognobody'");
        Assert.Equal(2, allowed.Json.GetProperty("ping").GetProperty("received").GetInt32());
        GuestResult tooLittle = await Guest.RunAsync("su nobody -c 'ulimit -l 1024; "
            + $"nonpaged run --machine vfio --device {VfioGuest.Rtl8139} --count 2 --json 2>/dev/null'");
        Assert.Contains("RLIMIT_MEMLOCK, 1048576 bytes", tooLittle.Output, StringComparison.Ordinal);
        await Guest.DoAsync($"chown 0 {remedy.Split(' ')[2]}");
    }

    [Fact]
    public async Task A_group_with_devices_of_the_kernel_s_is_refused_and_the_remedy_binds_them()
    {
        // Two cards behind one conventional bridge are one group.
        await using Guest guest = await Guest.BootAsync(new GuestOptions
        {
            Iommu = true,
            Qemu =
            [
                "-device", "pcie-pci-bridge,id=bridge", "-netdev", "user,id=a", "-device",
                "e1000,netdev=a,bus=bridge,addr=1,romfile=",
                "-netdev", "user,id=b", "-device", "e1000,netdev=b,bus=bridge,addr=2,romfile=",
            ],
        });
        await guest.DoAsync(VfioGuest.Modules);
        JsonElement[] devices =
            [.. (await guest.DoAsync("nonpaged devices --json")).Json.GetProperty("devices").EnumerateArray()];
        string[] cards = [.. devices.Select(device => device.GetProperty("address").GetString()!)];
        Assert.Equal(2, cards.Length);
        Assert.Equal(devices[0].GetProperty("group").GetInt32(), devices[1].GetProperty("group").GetInt32());
        await guest.DoAsync($"nonpaged bind {cards[0]}");
        GuestResult result = await guest.RunAsync(
            $"nonpaged run --machine vfio --device {cards[0]} --count 2 --json 2>/dev/null");
        JsonElement failure = result.Json.GetProperty("failure");
        Assert.Contains(
            $"with devices that the kernel drives, and the IOMMU cannot keep them apart: {cards[1]} (the kernel's driver e1000",
            failure.GetProperty("reason").GetString(),
            StringComparison.Ordinal);
        Assert.Equal($"nonpaged bind {cards[1]}", failure.GetProperty("remedy").GetString());
        GuestResult again = await guest.DoAsync($"{failure.GetProperty("remedy").GetString()} && nonpaged run --machine vfio "
            + $"--device {cards[0]} --count 2 --json 2>/tmp/log || {{ cat /tmp/log; exit 1; }}");
        Assert.Equal(2, again.Json.GetProperty("ping").GetProperty("received").GetInt32());
    }

    [Fact]
    public async Task Without_an_IOMMU_and_without_VFIO_the_card_is_refused()
    {
        await using Guest guest = await Guest.BootAsync(new GuestOptions { Nics = ["e1000"] });
        GuestResult result = await guest.RunAsync("nonpaged run --machine vfio --device 0000:00:04.0 --json 2>/dev/null");
        JsonElement failure = result.Json.GetProperty("failure");
        Assert.Contains("is in no IOMMU group", failure.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains("intel_iommu=on", failure.GetProperty("remedy").GetString(), StringComparison.Ordinal);
        GuestResult bind = await guest.RunAsync("nonpaged bind 0000:00:04.0");
        Assert.Contains("is in no IOMMU group", bind.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_module_the_remedy_loads_it()
    {
        await using Guest guest = await Guest.BootAsync(new GuestOptions { Nics = ["e1000"], Iommu = true });
        GuestResult bind = await guest.RunAsync("nonpaged bind 0000:00:04.0 --json");
        JsonElement failure = bind.Json.GetProperty("failure");
        Assert.Equal("modprobe vfio-pci", failure.GetProperty("remedy").GetString());
        await guest.DoAsync($"{failure.GetProperty("remedy").GetString()} && nonpaged bind 0000:00:04.0");
        GuestResult run = await guest.RunAsync("nonpaged run --machine vfio --device 0000:00:04.0 --count 1 --json 2>/dev/null");
        failure = run.Json.GetProperty("failure");
        Assert.Equal("modprobe vfio_iommu_type1", failure.GetProperty("remedy").GetString());
        await guest.DoAsync(
            $"{failure.GetProperty("remedy").GetString()} && nonpaged run --machine vfio --device 0000:00:04.0 --count 1");
    }

    private async Task AssertRefusedAsync(string device, string reason, string remedy)
    {
        GuestResult result = await Guest.RunAsync($"nonpaged run --machine vfio --device {device} --json 2>/dev/null");
        Assert.Equal(1, result.ExitCode);
        JsonElement failure = result.Json.GetProperty("failure");
        Assert.Contains(reason, failure.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains(remedy, failure.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }
}
