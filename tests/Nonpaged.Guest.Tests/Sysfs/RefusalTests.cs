using System.Text.Json;

namespace Nonpaged.Guest.Tests.Sysfs;

/// <summary>Cards that cannot be used: each says why, and the command that helps.</summary>
public sealed class RefusalTests(SysfsGuest fixture) : IClassFixture<SysfsGuest>
{
    private Guest Guest => fixture.Guest;

    [Fact]
    public async Task A_card_that_does_not_exist_is_refused()
    {
        JsonElement failure = await RefusedAsync("0000:00:1e.7");
        Assert.Equal("There is no PCI device 0000:00:1e.7.", failure.GetProperty("reason").GetString());
        Assert.Contains("nonpaged devices", failure.GetProperty("remedy").GetString(), StringComparison.Ordinal);
        failure = await RefusedAsync("../../../etc");
        Assert.Contains(
            "a PCI address is written like 0000:00:04.0", failure.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_card_that_the_kernel_uses_is_refused_and_the_remedy_frees_it()
    {
        await Guest.DoAsync("modprobe e1000");
        try
        {
            JsonElement failure = await RefusedAsync(SysfsGuest.E1000);
            Assert.StartsWith(
                $"The kernel's driver e1000 uses {SysfsGuest.E1000}",
                failure.GetProperty("reason").GetString(),
                StringComparison.Ordinal);
            await Guest.DoAsync(failure.GetProperty("remedy").GetString()!);
            await Guest.DoAsync($"nonpaged run --machine sysfs --device {SysfsGuest.E1000} --count 1");
        }
        finally
        {
            await Guest.DoAsync("rmmod e1000");
        }
    }

    [Fact]
    public async Task A_card_that_another_program_drives_is_refused()
    {
        await GuestProgram.HoldAsync(Guest, $"--machine sysfs --device {SysfsGuest.Rtl8139} --count 1");
        JsonElement failure = await RefusedAsync(SysfsGuest.Rtl8139);
        Assert.Equal($"Another program drives {SysfsGuest.Rtl8139}.", failure.GetProperty("reason").GetString());
        await GuestProgram.EndAsync(Guest);
    }

    [Fact]
    public async Task A_user_without_the_right_is_refused()
    {
        await Guest.DoAsync(
            "grep -q nobody /etc/passwd 2>/dev/null || echo nobody:x:65534:65534::/:/bin/sh >>/etc/passwd; chmod 755 /");
        GuestResult result = await Guest.RunAsync(
            $"su nobody -c 'nonpaged run --machine sysfs --device {SysfsGuest.E1000} --json 2>/dev/null'");
        JsonElement failure = result.Json.GetProperty("failure");
        Assert.Contains("may not be opened by this user", failure.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains("root", failure.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Behind_an_iommu_physical_addresses_are_refused()
    {
        await using Guest guest = await Guest.BootAsync(new GuestOptions { Nics = ["e1000"], Iommu = true });
        GuestResult result = await guest.RunAsync($"nonpaged run --machine sysfs --device {SysfsGuest.E1000} --json 2>/dev/null");
        JsonElement failure = result.Json.GetProperty("failure");
        Assert.Contains("is behind an IOMMU", failure.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains("--machine vfio", failure.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    private async Task<JsonElement> RefusedAsync(string device)
    {
        GuestResult result = await Guest.RunAsync($"nonpaged run --machine sysfs --device {device} --json 2>/dev/null");
        Assert.Equal(1, result.ExitCode);
        return result.Json.GetProperty("failure");
    }
}
