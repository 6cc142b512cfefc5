using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Nonpaged.Guest.Tests.Vfio;

/// <summary>
/// The miniports on cards of the guest behind its IOMMU. Nothing but --machine and --device differs from a
/// run on QEMU's own device models.
/// </summary>
public sealed partial class LeaseAndPingTests(VfioGuest fixture) : IClassFixture<VfioGuest>
{
    private Guest Guest => fixture.Guest;

    [Theory]
    [InlineData("e1000", VfioGuest.E1000, 0)]
    [InlineData("rtl8139", VfioGuest.Rtl8139, 1)]
    public async Task A_miniport_takes_a_lease_and_pings_by_IOVAs_below_4_GiB_over_scattered_pages(
        string driver, string device, int nic)
    {
        await fixture.BindAsync(device);
        // Other tests have had the card before.
        (int Leases, int Answers) before = Seen(nic);
        await Guest.DoAsync("echo deny > /sys/kernel/mm/transparent_hugepage/shmem_enabled");
        GuestResult result = await Guest.DoAsync($"{Scatter} nonpaged run --machine vfio --device {device} --count 20 --json "
            + $"2>/tmp/log || {{ cat /tmp/log; exit 1; }}");
        await Guest.DoAsync("echo never > /sys/kernel/mm/transparent_hugepage/shmem_enabled");
        JsonElement run = result.Json;
        AssertPinged(run, driver);
        foreach (JsonElement allocation in run.GetProperty("allocations").EnumerateArray())
        {
            JsonElement obtained = allocation.GetProperty("obtained");
            Assert.Equal("IOMMU mapping of 4 KiB pages", obtained.GetProperty("rung").GetString());
            Assert.True(obtained.GetProperty("pinned").GetBoolean());
            JsonElement range = Assert.Single(allocation.GetProperty("physicalRanges").EnumerateArray());
            Assert.InRange(
                Number(range.GetProperty("start").GetString()!) + allocation.GetProperty("length").GetUInt64() - 1,
                0x1000UL,
                0xffff_ffffUL);
            // One range for the device, and hundreds of pieces behind it.
            Match pieces = PiecesOfMemory().Match(obtained.GetProperty("evidence").GetString()!);
            Assert.True(pieces.Success, obtained.ToString());
            Assert.InRange(
                int.Parse(pieces.Groups["pieces"].Value, CultureInfo.InvariantCulture),
                200,
                int.Parse(pieces.Groups["pages"].Value, CultureInfo.InvariantCulture));
        }

        (int Leases, int Answers) after = Seen(nic);
        // An offer and an acknowledgement, and further ones where it asked again because they took so long.
        Assert.InRange(after.Leases - before.Leases, 2, 8);
        Assert.Equal(20, after.Answers - before.Answers);
        Assert.False(await fixture.IsBusMasterAsync(device));
    }

    [Fact]
    public async Task With_memory_above_4_GiB_a_card_of_32_bits_simply_works()
    {
        await using Guest large = await Guest.BootAsync(new GuestOptions { Nics = ["rtl8139"], Iommu = true, Memory = 4096 });
        await large.DoAsync($"{VfioGuest.Modules}; nonpaged bind 0000:00:04.0");
        GuestResult result = await large.DoAsync(
            "nonpaged run --machine vfio --device 0000:00:04.0 --count 10 --json 2>/tmp/log || { cat /tmp/log; exit 1; }");
        AssertPinged(result.Json, "rtl8139", 10);
        // The kernel gives frames of the highest zone first: those above 4 GiB, where a card of 32 bits does not reach.
        GuestResult zones = await large.DoAsync("cat /proc/zoneinfo");
        Assert.Matches(@"zone\s+Normal[\s\S]*start_pfn:\s+1048576", zones.Output);
        Assert.Equal(10, large.Traffic().Count("icmp.type == 0"));
    }

    [Fact]
    public async Task A_person_sees_the_machine_and_how_the_card_interrupts()
    {
        await fixture.BindAsync(VfioGuest.E1000);
        GuestResult result = await Guest.DoAsync($"nonpaged run --machine vfio --device {VfioGuest.E1000} --count 1");
        Assert.Contains("memory of this machine behind its IOMMU, interrupts by INTx", result.Output, StringComparison.Ordinal);
    }

    // Pages that follow each other are given to two files in turn, and one of them is deleted: what is free then is single pages,
    // which the kernel gives before it breaks a longer piece.
    private const string Scatter =
        "awk 'BEGIN { for (i = 0; i < 12288; i++) { printf \"%4096s\", \"\" >\"/tmp/even\"; fflush(\"/tmp/even\"); "
            + "printf \"%4096s\", \"\" >\"/tmp/odd\"; fflush(\"/tmp/odd\") } }' && rm /tmp/odd;";

    private (int Leases, int Answers) Seen(int nic) =>
        (Guest.Traffic(nic).Count("dhcp.option.dhcp == 2 || dhcp.option.dhcp == 5"), Guest.Traffic(nic).Count("icmp.type == 0"));

    private static void AssertPinged(JsonElement run, string driver, int count = 20)
    {
        Assert.Equal("vfio", run.GetProperty("machine").GetString());
        Assert.Equal(driver, run.GetProperty("driver").GetString());
        Assert.Equal("10.0.2.15", run.GetProperty("address").GetString());
        Assert.Equal(count, run.GetProperty("ping").GetProperty("received").GetInt32());
        Assert.Equal(0, run.GetProperty("outstanding").GetInt32());
        Assert.Empty(run.GetProperty("reports").EnumerateArray());
    }

    private static ulong Number(string hexadecimal) =>
        ulong.Parse(hexadecimal.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    [GeneratedRegex("behind its (?<pages>[0-9]+) pages of 4 KiB are (?<pieces>[0-9]+) pieces of physical memory")]
    private static partial Regex PiecesOfMemory();
}
