using System.Text.Json;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>Protocols, intermediate drivers and drivers with devices that are killed, crash or hang leave nothing.</summary>
public sealed class StackFaultTests : IDisposable
{
    private const string Crash = "KeGetCurrentIrql(), *(volatile int *)0 = 0;";
    private const string Hang = "DbgPrint(\"hangs\\n\"); for (;;) __asm__ volatile(\"pause\");";
    private const string Wait = "echo ready; exec sleep 1000";

    // Lines of the samples, each at the begin of the function that it is for.
    private const string PingReceive = "    if (HeaderSize != ETHERNET_HEADER || Size + HeaderSize > sizeof frame) return";
    private const string CounterSend = "    for (index = 0; index < Count; index++) {\n        NDIS_STATUS status = SendOne";
    private const string TapWrite = "    if (length < TAP_HEADER || length > TAP_LONGEST_FRAME) return";

    private readonly SampleVariant _samples = new();

    public void Dispose() => _samples.Dispose();

    [Theory]
    [InlineData("ping")]
    [InlineData("ping counter")]
    [InlineData("counter")]
    [InlineData("tap")]
    public void A_killed_run_leaves_no_process_and_a_socket_that_the_next_one_takes(string stack)
    {
        SkipWithoutQemu();
        string socket = _samples.PathOf("socket");
        string[] arguments = [.. Arguments(stack), "--devices", socket, "--exec"];
        using (var run = new FaultyRun([.. arguments, Wait]))
        {
            string[] family = run.AwaitText("ready");
            Assert.Contains("sh", family);
            Assert.Contains(family, name => name.StartsWith("nonpaged-host", StringComparison.Ordinal));
            if (stack != "tap") Assert.Contains(family, name => name.StartsWith("qemu", StringComparison.Ordinal));
            run.Signal("KILL");
            run.AssertGone();
        }

        CommandResult next = Command.Run(Path.Combine(Repository.Root, "nonpaged"), ["run", .. arguments, "true", "--json"]);
        Assert.True(next.ExitCode == 0, next.Output + next.Error);
        Assert.False(File.Exists(socket));
    }

    [Fact]
    public void A_protocol_that_crashes_in_a_receive_is_named() =>
        AssertCrash(["run", Ping(Crash), "--over", "rtl8139"], "ping", "ProtocolReceive");

    [Fact]
    public void An_intermediate_driver_that_crashes_in_a_send_is_named_and_not_the_protocol_above_it() =>
        AssertCrash(
            ["run", _samples.Build("ping"), "--over", Counter(Crash), "--over", "e1000"], "counter", "MiniportSendPackets");

    [Fact]
    public void A_protocol_that_crashes_is_named_and_not_the_intermediate_driver_below_it() =>
        AssertCrash(
            ["run", Ping(Crash), "--over", _samples.Build("counter"), "--over", "rtl8139"], "ping", "ProtocolReceive");

    [Fact]
    public void A_driver_that_crashes_in_a_dispatch_function_is_named() =>
        AssertCrash(["run", Tap(Crash), "--nic", "none", "--exec", Client()], "tap", "DispatchWrite");

    [Theory]
    [InlineData("ping")]
    [InlineData("counter")]
    [InlineData("tap")]
    public void A_driver_that_hangs_is_ended_with_its_run(string faulty)
    {
        SkipWithoutQemu();
        using FaultyRun run = faulty switch
        {
            "ping" => new FaultyRun(Ping(Hang), "--over", "rtl8139", "--exec", Wait),
            "counter" => new FaultyRun(_samples.Build("ping"), "--over", Counter(Hang), "--over", "e1000", "--exec", Wait),
            _ => new FaultyRun(Tap(Hang), "--nic", "none", "--exec", Client()),
        };
        run.AwaitText("hangs");
        run.Signal("INT");
        run.Signal("KILL");
        run.AssertGone();
    }

    private static void SkipWithoutQemu() =>
        Assert.SkipUnless(QemuProbe.Find().IsUsable, "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)");

    private static void AssertCrash(string[] arguments, string driver, string function)
    {
        SkipWithoutQemu();
        CommandResult result = Command.Run(Path.Combine(Repository.Root, "nonpaged"), [.. arguments, "--json"]);
        Assert.True(result.ExitCode == 1, $"{result.ExitCode}: {result.Output}{result.Error}");
        JsonElement crash = DriverRun.Json(result).GetProperty("crash");
        Assert.True(crash.ValueKind == JsonValueKind.Object, result.Output + result.Error);
        Assert.Equal("SIGSEGV", crash.GetProperty("signal").GetString());
        Assert.Equal(driver, crash.GetProperty("driver").GetString());
        Assert.Equal(function, crash.GetProperty("function").GetString());
        Assert.Equal("KeGetCurrentIrql", crash.GetProperty("call").GetString());
        Assert.False(crash.GetProperty("inCall").GetBoolean());
        Assert.StartsWith($"{driver}.so+0x", crash.GetProperty("location").GetString(), StringComparison.Ordinal);
        Assert.False(FaultTests.AnybodyHas(arguments[1]), "A process is left.");
    }

    private string[] Arguments(string stack) => stack switch
    {
        "ping" => [_samples.Build("ping"), "--over", "e1000"],
        "ping counter" => [_samples.Build("ping"), "--over", _samples.Build("counter"), "--over", "rtl8139"],
        "counter" => [_samples.Build("counter"), "--over", "e1000"],
        _ => [_samples.Build("tap"), "--nic", "none"],
    };

    private string Ping(string by) => _samples.Build("ping", PingReceive, $"    {by}\n{PingReceive}");

    private string Counter(string by) => _samples.Build("counter", CounterSend, $"    {by}\n{CounterSend}");

    private string Tap(string by) => _samples.Build("tap", TapWrite, $"    {by}\n{TapWrite}");

    private string Client() => $"{_samples.Program("tap/client.c")} ping 10.0.2.15 10.0.2.2 100";
}
