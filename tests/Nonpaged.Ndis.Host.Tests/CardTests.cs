using System.Text.Json;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>Cards with properties, cards of the ISA bus, and no card at all.</summary>
public sealed class CardTests
{
    [Theory]
    [InlineData("ne2k_isa")]
    [InlineData("ne2k_isa,iobase=0x300,irq=9")]
    [InlineData("ne2k_isa,iobase=0x340,irq=5,mac=52:54:00:0a:0b:0c")]
    public void A_driver_for_the_isa_bus_finds_its_ports_and_is_interrupted(string nic)
    {
        using var driver = DriverBuild.Own("ne2000");
        CommandResult result = DriverRun.RunOn(nic, driver.File, "--count", "20", "--json", "--strict");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        JsonElement run = DriverRun.Json(result);
        Assert.Equal("""{"target":"10.0.2.2","sent":20,"received":20}""", run.GetProperty("ping").GetRawText());
        Assert.Matches(@"driver: [1-9][0-9]+ interrupts", result.Error);
    }

    [Fact]
    public void Settings_of_the_user_come_before_what_the_isa_card_is()
    {
        using var driver = DriverBuild.Own("ne2000");
        CommandResult result = DriverRun.RunOn("ne2k_isa", driver.File, "--set", "IoBaseAddress=0x320", "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("32 ports from 0x320 are not the device's", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_without_a_card_starts_answers_and_gives_its_frames_back()
    {
        using var driver = DriverBuild.Own("virtual");
        CommandResult result = DriverRun.RunOn("none", driver.File, "--count", "7", "--json", "--strict");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        JsonElement run = DriverRun.Json(result);
        JsonElement survey = run.GetProperty("survey");
        Assert.Equal(7, survey.GetProperty("sent").GetInt64());
        Assert.Equal(7, survey.GetProperty("returned").GetInt64());
        var oids = survey.GetProperty("oids").EnumerateArray()
            .ToDictionary(oid => oid.GetProperty("name").GetString()!);
        Assert.Equal("02:00:5e:00:00:01", oids["OID_802_3_CURRENT_ADDRESS"].GetProperty("value").GetString());
        Assert.Equal("1500", oids["OID_GEN_MAXIMUM_FRAME_SIZE"].GetProperty("value").GetString());
        Assert.Equal("0xC0DE0001", oids["OID_GEN_VENDOR_ID"].GetProperty("statusCode").GetString());
        Assert.Equal("none", run.GetProperty("nic").GetString());
        Assert.Equal(0, run.GetProperty("outstanding").GetInt32());
    }

    [Fact]
    public void A_driver_without_a_card_that_fails_its_sends_fails()
    {
        using var driver = DriverBuild.Own("virtual", "-DMISBEHAVES");
        CommandResult result = DriverRun.RunOn("none", driver.File, "--count", "2", "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("failed to send 2 of 2 frames", DriverRun.Reason(DriverRun.Json(result)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_that_has_its_adapter_removed_while_it_is_held_fails_then()
    {
        using var driver = DriverBuild.Own("virtual", "-DLEAVES");
        CommandResult result = DriverRun.RunOn("none", driver.File, "--hold", "1000", "--json");
        Assert.True(result.ExitCode == 1, result.Output + result.Error);
        Assert.Contains("The driver halted the adapter", DriverRun.Reason(DriverRun.Json(result)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_without_an_address_is_told_that_a_peer_needs_one()
    {
        using var driver = DriverBuild.Own("virtual", "-DNO_ADDRESS");
        CommandResult result = DriverRun.RunOn("rtl8139", driver.File, "--peer", "--frames", "10", "--json");
        Assert.True(result.ExitCode == 1, result.Output + result.Error);
        Assert.Contains("OID_802_3_CURRENT_ADDRESS", DriverRun.Reason(DriverRun.Json(result)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_for_another_card_is_told_which_ports_there_are()
    {
        using var driver = DriverBuild.Sample();
        CommandResult result = DriverRun.RunOn("e1000", driver.File, "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("The device has 64 from 0x", DriverRun.Reason(DriverRun.Json(result)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_card_of_another_bus_than_the_driver_expects_has_no_pci_configuration()
    {
        using var driver = DriverBuild.Sample();
        CommandResult result = DriverRun.RunOn("none", driver.File, "--json");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("did not start", DriverRun.Reason(DriverRun.Json(result)), StringComparison.Ordinal);
    }
}
