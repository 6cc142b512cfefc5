using System.Globalization;
using System.Text.Json;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Cli.Tests.Map;

public sealed class MachineMapTests
{
    private const string NoQemu = "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)";

    private static bool HasQemu => QemuProbe.Find().IsUsable;

    [Fact]
    public void A_machine_s_RAM_is_shown_by_its_own_addresses_and_only_where_it_is_resident()
    {
        Assert.SkipUnless(HasQemu, NoQemu);
        using var program = new RunningProgram(CliProgram.Start("run", "--count", "1", "--hold", "600", "--json"));
        program.WaitFor("holding");
        string id = program.Id.ToString(CultureInfo.InvariantCulture);
        CliResult shown = CliProgram.Run("map", "--pid", id);
        (ulong resident, JsonElement map) = (0, default);
        // A frame may come in between, into memory that none was in before.
        for (int tries = 0; tries < 10 && (resident == 0 || resident != ResidentBytes(program.Id)); tries++)
        {
            resident = ResidentBytes(program.Id);
            map = CliProgram.Run("map", "--pid", id, "--json").Json;
        }

        program.Signal("TERM");
        JsonElement run = program.WaitForEnd().Json;

        Assert.True(shown.ExitCode == 0, shown.Output + shown.Error);
        Assert.Contains("pool \"qemu\"", shown.Output, StringComparison.Ordinal);
        Assert.Contains("the machine's own", shown.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', shown.Output);

        Assert.Equal(program.Id, map.GetProperty("process").GetInt32());
        JsonElement pool = Assert.Single(map.GetProperty("pools").EnumerateArray());
        Assert.Equal("machine", pool.GetProperty("addresses").GetString());
        // 64 MiB without page 0 and the legacy hole.
        Assert.Equal((64UL << 20) - 0x1000 - 0x60000, pool.GetProperty("length").GetUInt64());
        Assert.Equal(resident, pool.GetProperty("known").GetUInt64());
        Assert.InRange(resident, 4096UL, 32UL << 20);
        (ulong Start, ulong End)[] runs = [.. pool.GetProperty("extents")
            .EnumerateArray()
            .SelectMany(extent => extent.GetProperty("runs").EnumerateArray())
            .Select(Range)];
        Assert.Equal(resident, runs.Aggregate(0UL, (sum, one) => sum + (one.End - one.Start)));

        // The driver fills its context with zeros, so that its pages must be there, at the addresses that the run itself tells.
        (ulong start, ulong end) = Range(run.GetProperty("allocations").EnumerateArray()
            .First(one => one.GetProperty("driver").GetString() == "e1000").GetProperty("physicalRanges")[0]);
        Assert.Contains(runs, one => one.Start <= start && one.End >= end);
    }

    [Fact]
    public void Run_shows_the_machine_s_memory_while_the_driver_uses_it()
    {
        Assert.SkipUnless(HasQemu, NoQemu);
        CliResult result = CliProgram.Run("run", "--driver", "rtl8139", "--count", "1", "--map");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Contains("pool \"qemu\": 65148 KiB", result.Output, StringComparison.Ordinal);
        Assert.Contains("by rtl8139", result.Output, StringComparison.Ordinal);
        Assert.Contains("by leaseandping", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Output);
        // Before the halt, which frees all.
        Assert.True(result.Output.IndexOf(
            "by rtl8139", StringComparison.Ordinal) < result.Output.IndexOf("halted", StringComparison.Ordinal));
    }

    [Fact]
    public void A_run_that_prints_JSON_keeps_its_shape_and_shows_the_map_on_standard_error()
    {
        Assert.SkipUnless(HasQemu, NoQemu);
        CliResult result = CliProgram.Run("run", "--count", "1", "--map", "--json");
        Assert.Equal(1, result.Json.GetProperty("ping").GetProperty("received").GetInt32());
        Assert.False(result.Json.TryGetProperty("map", out _));
        Assert.Contains("pool \"qemu\"", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_layout_of_a_file_of_4_GiB_has_a_gap_below_4_GiB()
    {
        const ulong length = 4UL << 30;
        var ram = new MachineRam(
            [Mapping("qemu", 0x1000, 0xa0000), Mapping("qemu", 0x100000, 0x80000000), Mapping("qemu", 0x80000000, length)]);
        Assert.Equal(MapAddresses.Machine, ram.Addresses);
        Assert.Equal(0x1000UL, ram.AddressOf(0x1000));
        Assert.Null(ram.AddressOf(0xa0000));
        Assert.Equal(0x7ffff000UL, ram.AddressOf(0x7ffff000));
        Assert.Equal(1UL << 32, ram.AddressOf(0x80000000));
    }

    [Fact]
    public void Of_a_machine_that_is_not_known_the_file_s_offsets_are_shown()
    {
        var ram = new MachineRam([Mapping("other", 0, 0x200000)]);
        Assert.Equal(MapAddresses.File, ram.Addresses);
        Assert.Equal(0xa0000UL, ram.AddressOf(0xa0000));
    }

    private static PoolMapping Mapping(string machine, ulong from, ulong to) => PoolMapping.Parse(
        string.Create(CultureInfo.InvariantCulture, $"{0x7f0000000000 + from:x}-{0x7f0000000000 + to:x} rw-s {from:x8} 00:01 "
            + $"77   /memfd:nonpaged:{machine}:ram (deleted)"))!;

    private static (ulong Start, ulong End) Range(JsonElement range)
    {
        ulong start = Convert.ToUInt64(range.GetProperty("start").GetString(), 16);
        return (start, start + range.GetProperty("length").GetUInt64());
    }

    /// <summary>What the kernel itself counts (proc_pid_smaps(5)).</summary>
    private static ulong ResidentBytes(int process)
    {
        ulong kibibytes = 0;
        bool isRam = false;
        foreach (string line in File.ReadLines($"/proc/{process}/smaps"))
        {
            if (line.Contains("/memfd:", StringComparison.Ordinal))
                isRam = line.Contains("nonpaged:qemu:ram", StringComparison.Ordinal);
            else if (line.Contains('-', StringComparison.Ordinal) && char.IsAsciiHexDigitLower(line[0]))
                isRam = false;
            else if (isRam && line.StartsWith("Rss:", StringComparison.Ordinal))
                kibibytes += ulong.Parse(line[4..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
        }

        return kibibytes << 10;
    }
}
