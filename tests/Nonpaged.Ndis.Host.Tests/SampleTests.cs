using System.Text.Json;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>The miniport of samples/, on QEMU's model of its card.</summary>
public sealed class SampleTests
{
    [Fact]
    public void A_miniport_in_c_takes_a_lease_and_pings_and_leaves_nothing_outstanding()
    {
        using var driver = DriverBuild.Sample();
        CommandResult result = DriverRun.Run(driver, "--count", "100", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        JsonElement run = DriverRun.Json(result);
        Assert.Equal("driver", run.GetProperty("driver").GetString());
        Assert.Equal("""{"target":"10.0.2.2","sent":100,"received":100}""", run.GetProperty("ping").GetRawText());
        Assert.Equal(0, run.GetProperty("outstanding").GetInt32());
        Assert.Equal(0, run.GetProperty("frames").GetProperty("bad").GetInt64());
        Assert.Empty(DriverRun.Reports(run));
        Assert.Equal(JsonValueKind.Null, run.GetProperty("crash").ValueKind);
    }

    [Fact]
    public void Each_call_can_be_traced_as_a_line_of_json_with_arguments_and_results()
    {
        using var driver = DriverBuild.Sample();
        CommandResult result = DriverRun.Run(driver, "--count", "1", "--trace", "--json");
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        List<JsonElement> calls = [.. result.Error.Split('\n')
            .Where(line => line.StartsWith('{'))
            .Select(line => JsonDocument.Parse(line).RootElement)];
        JsonElement first = calls[0];
        Assert.Equal("NdisMInitializeWrapper", first.GetProperty("call").GetString());
        Assert.Equal("DriverEntry", first.GetProperty("function").GetString());
        JsonElement shared = calls.First(call => call.GetProperty("call").GetString() == "NdisMAllocateSharedMemory");
        Assert.Equal("MiniportInitialize", shared.GetProperty("function").GetString());
        Assert.Equal("PASSIVE_LEVEL", shared.GetProperty("irql").GetString());
        Assert.Equal("0x2810", shared.GetProperty("values").GetProperty("Length").GetString());
        Assert.Contains(calls, call => call.GetProperty("call").GetString() == "NdisRawReadPortUshort"
            && call.GetProperty("irql").GetString() == "DIRQL");
        Assert.Equal("NDIS_STATUS_SUCCESS", calls.First(call => call.GetProperty("call").GetString() == "NdisMRegisterMiniport")
            .GetProperty("values").GetProperty("result").GetString());
    }

    [Fact]
    public void The_text_trace_names_function_irql_call_and_result()
    {
        using var driver = DriverBuild.Sample();
        CommandResult result = DriverRun.Run(driver, "--count", "1", "--trace");
        Assert.Contains("PASSIVE_LEVEL DriverEntry: NdisMRegisterMiniport(", result.Error, StringComparison.Ordinal);
        Assert.Contains(
            "DISPATCH_LEVEL MiniportHandleInterrupt: NdisMEthIndicateReceive(", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_without_a_card_is_told_that_it_needs_one()
    {
        using var driver = DriverBuild.Sample();
        CommandResult result = Command.Run(Path.Combine(Repository.Root, "nonpaged"), ["run", driver.File, "--json"]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(
            "--nic", DriverRun.Json(result).GetProperty("failure").GetProperty("limit").GetString(), StringComparison.Ordinal);
    }
}
