using System.Text.Json;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Cli.Tests.Run;

public sealed class RunTests
{
    private const string NoQemu = "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)";

    private static bool HasQemu => QemuProbe.Find().IsUsable;

    [Theory]
    [InlineData("e1000", "ddk")]
    [InlineData("e1000", "ce3")]
    [InlineData("e1000", "ce5")]
    [InlineData("rtl8139", "ddk")]
    [InlineData("rtl8139", "ce3")]
    [InlineData("rtl8139", "ce5")]
    public void A_driver_takes_a_lease_and_pings_and_leaves_nothing_outstanding(string driver, string profile)
    {
        Assert.SkipUnless(HasQemu, NoQemu);
        CliResult result = CliProgram.Run("run", "--driver", driver, "--profile", profile, "--count", "3", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        JsonElement run = result.Json;
        Assert.Equal("qemu", run.GetProperty("machine").GetString());
        Assert.Equal(driver, run.GetProperty("nic").GetString());
        Assert.Equal(driver, run.GetProperty("driver").GetString());
        Assert.Equal(profile, run.GetProperty("profile").GetString());
        Assert.Equal("10.0.2.15", run.GetProperty("address").GetString());
        Assert.Equal("""{"target":"10.0.2.2","sent":3,"received":3}""", run.GetProperty("ping").GetRawText());
        JsonElement frames = run.GetProperty("frames");
        Assert.Equal(0, frames.GetProperty("bad").GetInt64());
        // DHCP's four messages, an ARP exchange, and the echoes.
        Assert.True(frames.GetProperty("sent").GetInt64() >= 3 + 2 + 1, frames.GetRawText());
        Assert.True(frames.GetProperty("received").GetInt64() >= 3 + 2 + 1, frames.GetRawText());
        Assert.Equal(0, run.GetProperty("outstanding").GetInt32());
        Assert.Empty(run.GetProperty("reports").EnumerateArray());
        Assert.Equal(JsonValueKind.Null, run.GetProperty("failure").ValueKind);
    }

    [Fact]
    public void Each_allocation_tells_what_was_asked_for_what_it_got_and_that_it_was_freed()
    {
        Assert.SkipUnless(HasQemu, NoQemu);
        JsonElement run = CliProgram.Run("run", "--driver", "rtl8139", "--count", "1", "--json").Json;
        List<JsonElement> allocations = [.. run.GetProperty("allocations").EnumerateArray()];
        Assert.NotEmpty(allocations);
        foreach (JsonElement allocation in allocations.Where(one =>
            one.GetProperty("status").GetString() == "NDIS_STATUS_SUCCESS"))
        {
            Assert.StartsWith("0x", allocation.GetProperty("virtualAddress").GetString(), StringComparison.Ordinal);
            Assert.True(allocation.GetProperty("freed").GetBoolean());
            ulong backed = 0;
            foreach (JsonElement range in allocation.GetProperty("physicalRanges").EnumerateArray())
            {
                Assert.StartsWith("0x", range.GetProperty("start").GetString(), StringComparison.Ordinal);
                backed += range.GetProperty("length").GetUInt64();
            }

            Assert.Equal(allocation.GetProperty("length").GetUInt64(), backed);
        }

        // The context by flags 0 without a limit (C11); the receive ring contiguous, noncached and within 32 bits.
        Assert.Contains(allocations, one => one.GetProperty("call").GetString() == "NdisAllocateMemory"
            && one.GetProperty("flags").GetArrayLength() == 0
            && one.GetProperty("highestAcceptableAddress").GetString() == "0xffffffffffffffff");
        JsonElement ring = allocations.MaxBy(one => one.GetProperty("length").GetUInt64());
        Assert.True(ring.GetProperty("length").GetUInt64() >= 32 * 1024);
        Assert.Equal("""["CONTIGUOUS","NONCACHED"]""", ring.GetProperty("flags").GetRawText());
        Assert.Equal("0xffffffff", ring.GetProperty("highestAcceptableAddress").GetString());
        Assert.Equal(1, ring.GetProperty("physicalRanges").GetArrayLength());
    }

    [Fact]
    public void The_NIC_alone_selects_the_driver_that_matches()
    {
        Assert.SkipUnless(HasQemu, NoQemu);
        JsonElement run = CliProgram.Run("run", "--nic", "rtl8139", "--count", "1", "--json").Json;
        Assert.Equal("rtl8139", run.GetProperty("driver").GetString());
        Assert.Equal(1, run.GetProperty("ping").GetProperty("received").GetInt32());
    }

    [Theory]
    [InlineData("--driver", "e1000", "--nic", "rtl8139")]
    [InlineData("--nic", "vmxnet3")]
    [InlineData("--nic", "no-such-card")]
    [InlineData("--nic", "e1000,netdev=x")]
    [InlineData("--nic", "e1000,addr=7")]
    [InlineData("--nic", "e1000,no-such-property=1")]
    [InlineData("--nic", "e1000,mac")]
    [InlineData("--nic", "e1000,mac=52:54:00:12:34")]
    [InlineData("--nic", "e1000,mac=52:54:00:12:34:57", "--peer")]
    [InlineData("--nic", "ne2k_isa")]
    [InlineData("--nic", "ne2k_isa,irq=2")]
    [InlineData("--nic", "ne2k_isa,irq=nine")]
    [InlineData("--nic", "ne2k_isa,iobase=0x60")]
    [InlineData("--nic", "ne2k_isa,iobase=0x310")]
    [InlineData("--nic", "ne2k_isa", "--peer")]
    [InlineData("--nic", "none")]
    [InlineData("--nic", "none,mac=52:54:00:12:34:57")]
    [InlineData("--ram", "5")]
    [InlineData("--ram", "1024T")]
    public void What_no_machine_can_be_is_a_failure_in_the_same_shape_with_exit_code_1(params string[] arguments)
    {
        Assert.SkipUnless(HasQemu, NoQemu);
        AssertFailure(CliProgram.Run(["run", .. arguments, "--json"]));
    }

    [Theory]
    [InlineData("--driver", "ne2000")]
    [InlineData("--count", "-1")]
    [InlineData("--count", "0")]
    [InlineData("--count", "ten")]
    [InlineData("--hold", "-1")]
    [InlineData("--hold", "forever")]
    [InlineData("--ram", "much")]
    [InlineData("--profile", "xp")]
    [InlineData("--pcap", "/no/such/folder/run.pcap")]
    [InlineData("--pcap", "/")]
    [InlineData("--pcap", "")]
    public void A_value_that_makes_no_sense_is_a_failure_in_the_same_shape_with_exit_code_1(params string[] arguments) =>
        AssertFailure(CliProgram.Run(["run", .. arguments, "--json"]));

    [Fact]
    public void A_property_of_the_card_reaches_QEMU()
    {
        Assert.SkipUnless(HasQemu, NoQemu);
        CliResult result = CliProgram.Run("run", "--nic", "e1000,mac=52:54:00:ab:cd:ef,romfile=", "--count", "1");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Contains("address 52:54:00:ab:cd:ef", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_property_that_the_card_lacks_QEMU_s_own_words_are_passed_on_with_the_command_that_lists_those_it_has()
    {
        Assert.SkipUnless(HasQemu, NoQemu);
        JsonElement failure = CliProgram.Run("run", "--nic", "e1000,no-such-property=1", "--json")
            .Json.GetProperty("failure");
        Assert.Contains("no-such-property", failure.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.EndsWith("-device e1000,help", failure.GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Under_strict_a_good_run_succeeds()
    {
        Assert.SkipUnless(HasQemu, NoQemu);
        CliResult result = CliProgram.Run("run", "--count", "1", "--strict", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Equal(0, result.Json.GetProperty("exitCode").GetInt32());
    }

    [Fact]
    public void Without_QEMU_the_failure_says_how_to_install_it()
    {
        CliResult result = CliProgram.Finish(
            CliProgram.StartProcess("/usr/bin/env", ["PATH=/nowhere", CliProgram.Dotnet, CliProgram.Assembly, "run", "--json"]));
        AssertFailure(result);
        Assert.Contains(
            "apt-get install", result.Json.GetProperty("failure").GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Too_little_RAM_is_a_clear_failure_with_nothing_outstanding()
    {
        Assert.SkipUnless(HasQemu, NoQemu);
        CliResult result = CliProgram.Run("run", "--driver", "rtl8139", "--ram", "16K", "--json");
        AssertFailure(result);
        Assert.Contains(
            "rtl8139", result.Json.GetProperty("failure").GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Contains("--ram", result.Json.GetProperty("failure").GetProperty("remedy").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_user_who_is_not_root_can_run_it()
    {
        Assert.SkipUnless(HasQemu, NoQemu);
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root to become another user");
        CliResult result = CliProgram.RunAsNobody("run", "--count", "2", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        Assert.Equal(2, result.Json.GetProperty("ping").GetProperty("received").GetInt32());
    }

    [Fact]
    public void A_person_sees_the_driver_the_allocations_the_lease_the_pings_and_the_end_without_escapes_in_a_pipe()
    {
        Assert.SkipUnless(HasQemu, NoQemu);
        CliResult result = CliProgram.Run("run", "--count", "2");
        Assert.Equal(0, result.ExitCode);
        string[] expected =
        [
            "machine", "driver", "NdisAllocateMemory", "CONTIGUOUS|NONCACHED", "10.0.2.15", "2 of 2 answered",
            "nothing outstanding",
        ];
        foreach (string words in expected) Assert.Contains(words, result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Output + result.Error);
    }

    [Fact]
    public void The_traffic_file_lies_where_the_caller_stands_and_tshark_reads_the_lease_and_the_replies()
    {
        Assert.SkipUnless(HasQemu, NoQemu);
        Assert.SkipUnless(File.Exists("/usr/bin/tshark"), "needs tshark (apt-get install --no-install-recommends tshark)");
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nonpaged-pcap-");
        try
        {
            CliResult result = CliProgram.Finish(CliProgram.StartProcess(
                CliProgram.Dotnet,
                [CliProgram.Assembly, "run", "--count", "2", "--pcap", "run.pcap", "--json"],
                folder.FullName));
            Assert.Equal(0, result.ExitCode);
            string file = Path.Combine(folder.FullName, "run.pcap");
            Assert.Equal(2, CountFrames(file, "dhcp.option.dhcp == 2 || dhcp.option.dhcp == 5"));
            Assert.Equal(2, CountFrames(file, "icmp.type == 0"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static int CountFrames(string file, string filter)
    {
        CliResult result = CliProgram.Finish(CliProgram.StartProcess("tshark", ["-r", file, "-Y", filter]));
        Assert.True(result.ExitCode == 0, result.Error);
        return result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;
    }

    private static void AssertFailure(CliResult result)
    {
        Assert.True(result.ExitCode == 1, result.Output + result.Error);
        JsonElement run = result.Json;
        Assert.Equal(
            [
                "machine", "nic", "driver", "stack", "profile", "address", "ping", "peer", "survey", "taps", "frames",
                "allocations",
                "furtherAllocations", "outstanding", "leaks", "noncached", "reports", "furtherReports", "crash", "failure",
                "exitCode",
            ],
            run.EnumerateObject().Select(member => member.Name));
        Assert.Equal(0, run.GetProperty("outstanding").GetInt32());
        Assert.Equal(JsonValueKind.Null, run.GetProperty("address").ValueKind);
        Assert.Equal(1, run.GetProperty("exitCode").GetInt32());
        JsonElement failure = run.GetProperty("failure");
        foreach (string member in new[] { "reason", "limit", "remedy" })
            Assert.NotEmpty(failure.GetProperty(member).GetString()!);
    }
}
