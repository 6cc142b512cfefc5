using System.Text.Json;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>What the documents of NDIS let a driver do (Drivers/behaviours.c), and what it must see then.</summary>
public sealed class BehaviourTests
{
    [Fact]
    public void The_device_has_acted_when_a_port_write_returns() => Run(["PORT_WRITES"], ["--count", "1"], "late: 0 of 1000");

    [Fact]
    public void Packets_of_a_deserialized_miniport_are_its_own_until_it_completes_them_whatever_their_status_says()
    {
        JsonElement run = Run(["DESERIALIZED"], ["--peer", "--frames", "2000", "--length", "200"], "changed: 0 of");
        AssertWhole(run, 2000);
    }

    [Fact]
    public void The_first_buffer_of_a_packet_comes_with_the_sum_of_its_buffers_as_they_are() =>
        Run(["ADJUSTED_BUFFER"], ["--count", "1"], "first: 1514, all: 1534", "first: 1514, all: 1514");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void What_lies_beyond_the_lookahead_is_transferred(int pends)
    {
        JsonElement run = Run(
            ["SHORT_LOOKAHEAD", $"PENDS={pends}"], ["--peer", "--frames", "50", "--length", "1514"], "transfers: 50");
        AssertWhole(run, 50);
    }

    [Fact]
    public void A_lease_is_taken_from_a_driver_whose_transfers_pend() =>
        Run(["SHORT_LOOKAHEAD", "PENDS=1"], ["--count", "3"], "transfers:");

    [Fact]
    public void What_a_pending_request_points_to_lives_until_it_completes_and_the_halt_comes_after() =>
        Run(["PENDING_REQUESTS"], ["--count", "1"], "answered: several, wrong: 0, pending at the halt: 0");

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void What_DriverEntry_allocates_lives_until_the_unload_function_has_returned(int inObject) =>
        Run(["GLOBAL_MEMORY", $"IN_OBJECT={inObject}"], ["--count", "1"], "unloaded: 77 4");

    [Fact]
    public void A_refused_send_is_tried_again_when_the_deferred_handling_of_an_interrupt_ends()
    {
        JsonElement run = Run(["KEEPS_TO_ITSELF"], ["--peer", "--frames", "400"], "refused: often, prompt: often");
        AssertWhole(run, 400);
    }

    [Fact]
    public void DriverEntry_gets_a_driver_object_with_its_documented_fields() =>
        Run(["DRIVER_OBJECTS"], ["--count", "1"], @"object: 4 1 \Driver\driver driver 1");

    private static JsonElement Run(string[] macros, string[] arguments, params string[] says)
    {
        using var driver = new DriverBuild(
            Path.Combine(Repository.Root, "tests/Nonpaged.Ndis.Host.Tests/Drivers/behaviours.c"),
            [.. macros.Select(macro => $"-D{macro}"), $"-DSAMPLE=\"{Repository.Sample}\""]);
        CommandResult result = DriverRun.Run(driver, [.. arguments, "--json"]);
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        foreach (string text in says) Assert.Contains("driver: " + text, result.Error, StringComparison.Ordinal);
        JsonElement run = DriverRun.Json(result);
        Assert.Empty(DriverRun.Reports(run));
        return run;
    }

    private static void AssertWhole(JsonElement run, int frames)
    {
        JsonElement peer = run.GetProperty("peer");
        Assert.Equal((frames, 0, 0), (peer.GetProperty("received")
            .GetInt32(), peer.GetProperty("changed").GetInt32(), peer.GetProperty("disordered").GetInt32()));
    }
}
