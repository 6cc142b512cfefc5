using System.Globalization;
using System.Text.Json;

namespace Nonpaged.Guest.Tests.Memory;

/// <summary>Memory that the CPU really does not cache, as the kernel's own list of memory types has it.</summary>
public sealed class UncachedTests(UncachedGuest fixture) : IClassFixture<UncachedGuest>
{
    private const string List = "cat /sys/kernel/debug/x86/pat_memtype_list";

    private Guest Guest => fixture.Guest;

    [Theory]
    [InlineData("e1000", "0000:00:04.0", "uncached", UncachedGuest.Region, "uncached-minus", 0)]
    [InlineData("rtl8139", "0000:00:05.0", "uncached", UncachedGuest.Region, "uncached-minus", 1)]
    [InlineData("e1000", "0000:00:04.0", "uncached", UncachedGuest.DeviceMemory, "uncached-minus", 0)]
    [InlineData("e1000", "0000:00:04.0", "write-combined", UncachedGuest.DeviceMemory + "_wc", "write-combining", 0)]
    [InlineData("rtl8139", "0000:00:05.0", "write-combined", UncachedGuest.DeviceMemory + "_wc", "write-combining", 1)]
    public async Task A_card_works_on_a_noncached_contiguous_ring_that_the_kernel_lists_as_such(
        string driver, string device, string caching, string region, string kind, int nic)
    {
        int before = Guest.Traffic(nic).Count("icmp.type == 0");
        try
        {
            await GuestProgram.HoldAsync(
                Guest, $"--machine sysfs --device {device} --noncached {caching} --region {region} --count 10 --json");
            Assert.Equal(before + 10, Guest.Traffic(nic).Count("icmp.type == 0"));
            (ulong start, ulong length) = await PlaceAsync(region);
            string line = string.Create(CultureInfo.InvariantCulture, $"[mem 0x{start:x16}-0x{start + length:x16}] {kind}");
            Assert.Contains(line, (await Guest.DoAsync(List)).Output, StringComparison.Ordinal);
            JsonElement run = (await GuestProgram.EndAsync(Guest)).Json;
            Assert.Equal(driver, run.GetProperty("driver").GetString());
            AssertRings(run, caching, start, length);
            Assert.DoesNotContain(line, (await Guest.DoAsync(List)).Output, StringComparison.Ordinal);
        }
        finally
        {
            await Guest.RunAsync("kill -KILL $(cat /tmp/pid) 2>/dev/null");
        }
    }

    [Fact]
    public async Task The_same_memory_without_O_SYNC_is_cached_and_serves_what_ordinary_memory_cannot()
    {
        JsonElement obtained = (await Guest.DoAsync("nonpaged alloc --length 8M --contiguous --below 512M --region "
            + $"{UncachedGuest.Region},wb --json")).Json.GetProperty("obtained");
        Assert.Equal(
            ("reserved region", "coherent"),
            (obtained.GetProperty("rung").GetString(), obtained.GetProperty("caching").GetString()));
        Assert.Contains("the kernel maps it write-back", obtained.GetProperty("evidence").GetString(), StringComparison.Ordinal);
        Assert.InRange(
            Start(obtained.GetProperty("physicalRanges")[0]),
            UncachedGuest.Start,
            UncachedGuest.Start + UncachedGuest.Length - 1);
    }

    [Fact]
    public async Task An_uncached_block_tells_how_that_is_known()
    {
        JsonElement obtained = (await Guest.DoAsync("nonpaged alloc --length 4M --contiguous --uncached --region "
            + $"{UncachedGuest.Region} --json")).Json.GetProperty("obtained");
        Assert.Equal("uncached", obtained.GetProperty("caching").GetString());
        Assert.Contains(
            "the kernel maps it uncached-minus (/sys/kernel/debug/x86/pat_memtype_list)",
            obtained.GetProperty("evidence").GetString(),
            StringComparison.Ordinal);
        await Guest.DoAsync("umount /sys/kernel/debug");
        try
        {
            obtained = (await Guest.DoAsync($"nonpaged alloc --length 4M --uncached --region {UncachedGuest.Region} --json")).Json
                .GetProperty("obtained");
            Assert.Contains(
                "which /sys/kernel/debug/x86/pat_memtype_list would confirm",
                obtained.GetProperty("evidence").GetString(),
                StringComparison.Ordinal);
        }
        finally
        {
            await Guest.DoAsync("mount -t debugfs debug /sys/kernel/debug");
        }
    }

    [Fact]
    public async Task Without_such_memory_the_strict_option_fails_with_the_remedy()
    {
        GuestResult result = await Guest.RunAsync(
            "nonpaged run --machine sysfs --device 0000:00:04.0 --noncached uncached --json 2>/dev/null");
        Assert.Equal(1, result.ExitCode);
        JsonElement failure = result.Json.GetProperty("failure");
        Assert.Contains("Cannot allocate uncached memory", failure.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains("memmap=64M$0x20000000", failure.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_it_is_scarce_the_driver_takes_smaller_blocks_and_the_budget_is_told()
    {
        JsonElement run = (await Guest.DoAsync("nonpaged run --machine sysfs --device 0000:00:04.0 --noncached uncached --region "
            + "192K@0x10000000 --count 10 --json 2>/dev/null")).Json;
        Assert.Equal(10, run.GetProperty("ping").GetProperty("received").GetInt32());
        JsonElement noncached = run.GetProperty("noncached");
        Assert.Equal(192u << 10, noncached.GetProperty("total").GetUInt32());
        Assert.InRange(noncached.GetProperty("peak").GetUInt32(), 64u << 10, 192u << 10);
        Assert.Contains(
            run.GetProperty("allocations").EnumerateArray(), one => one.GetProperty("failure").ValueKind == JsonValueKind.Object);
    }

    [Fact]
    public async Task Memory_that_the_kernel_uses_or_another_program_has_is_refused()
    {
        JsonElement failure = (await Guest.RunAsync("nonpaged alloc --length 4K --uncached --region 1M@0x8000000 --json")).Json
            .GetProperty("failure");
        Assert.Contains("EPERM", failure.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains("memmap=1024K$0x8000000", failure.GetProperty("remedy").GetString(), StringComparison.Ordinal);

        await GuestProgram.HoldAsync(
            Guest, $"--machine sysfs --device 0000:00:04.0 --noncached uncached --region {UncachedGuest.Region} --count 1");
        failure = (await Guest.RunAsync($"nonpaged alloc --length 4K --uncached --region 4K@0x13fff000 --json")).Json
            .GetProperty("failure");
        Assert.Contains("Another program has the region", failure.GetProperty("reason").GetString(), StringComparison.Ordinal);
        await GuestProgram.EndAsync(Guest);
    }

    private static void AssertRings(JsonElement run, string caching, ulong start, ulong length)
    {
        int rings = 0;
        foreach (JsonElement allocation in run.GetProperty("allocations").EnumerateArray())
        {
            bool isNoncached = allocation.GetProperty("flags").EnumerateArray().Any(flag => flag.GetString() == "NONCACHED");
            JsonElement obtained = allocation.GetProperty("obtained");
            Assert.Equal(isNoncached ? caching : "coherent", obtained.GetProperty("caching").GetString());
            if (!isNoncached) continue;
            rings++;
            Assert.True(obtained.GetProperty("contiguous").GetBoolean());
            Assert.InRange(Start(allocation.GetProperty("physicalRanges")[0]), start, start + length - 1);
        }

        Assert.InRange(rings, 2, 4);
        Assert.Equal(length, run.GetProperty("noncached").GetProperty("total").GetUInt64());
    }

    private static ulong Start(JsonElement range) => ulong.Parse(
        range.GetProperty("start").GetString().AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private async Task<(ulong Start, ulong Length)> PlaceAsync(string region)
    {
        if (region == UncachedGuest.Region) return (UncachedGuest.Start, UncachedGuest.Length);
        string[] line = (await Guest.DoAsync("sed -n 3p /sys/bus/pci/devices/0000:00:06.0/resource")).Output.Split(' ');
        ulong first = ulong.Parse(line[0].AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        return (first, ulong.Parse(line[1].AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) - first + 1);
    }
}
