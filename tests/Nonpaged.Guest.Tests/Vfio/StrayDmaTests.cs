using System.Text.Json;

namespace Nonpaged.Guest.Tests.Vfio;

/// <summary>A driver that gives its device an address that nobody mapped, which the IOMMU does not let pass.</summary>
public sealed class StrayDmaTests(VfioGuest fixture) : IClassFixture<VfioGuest>
{
    [Fact]
    public async Task A_DMA_to_an_unmapped_IOVA_sends_nothing_and_is_reported_with_the_kernel_s_words()
    {
        Guest guest = fixture.Guest;
        string driver = await GuestDriver.PutAsync(guest, "probe", "-DSTRAY=0x40000000");
        await fixture.BindAsync(VfioGuest.E1000);
        await guest.DoAsync("dmesg -c >/dev/null");
        GuestResult result = await guest.RunAsync(
            $"nonpaged run {driver} --machine vfio --device {VfioGuest.E1000} --json 2>/tmp/log");
        JsonElement[] faults = [.. result.Json.GetProperty("reports")
            .EnumerateArray()
            .Where(report => report.GetProperty("kind").GetString() == "DeviceFault")];
        Assert.True(faults.Length >= 1, result.ToString());
        Assert.Contains("fault addr 0x40000000", faults[0].GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, guest.Traffic().Count());
        GuestResult log = await guest.DoAsync("dmesg");
        Assert.Matches(@"DMAR: \[DMA Read.*Request device \[00:04\.0\] fault addr 0x40000000", log.Output);
        GuestResult said = await guest.DoAsync("cat /tmp/log");
        Assert.Contains("the IOMMU kept it from memory", said.Output, StringComparison.Ordinal);
    }
}
