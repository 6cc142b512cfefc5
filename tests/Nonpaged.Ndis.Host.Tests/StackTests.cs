using System.Text.Json;
using System.Text.RegularExpressions;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>
/// Drivers over drivers, as a user runs them: protocols, intermediate drivers and virtual miniports of samples/.
/// </summary>
public sealed partial class StackTests
{
    private const int Frames = 100_000;

    [Theory]
    [InlineData(false, "e1000")]
    [InlineData(false, "rtl8139")]
    [InlineData(false, "rtl8139.so")]
    [InlineData(true, "e1000")]
    [InlineData(true, "rtl8139")]
    [InlineData(true, "rtl8139.so")]
    public void A_protocol_in_c_pings_over_each_miniport_and_through_an_intermediate_driver(bool isCounted, string lowest)
    {
        using var stack = new Stack(isCounted, lowest);
        JsonElement run = stack.Run("--hold", "4", "--set", "ping:Count=100");
        stack.IsClean(run);
        Assert.Contains("ping: 100 of 100 pings answered", stack.Error, StringComparison.Ordinal);
        if (isCounted) Assert.Matches(Counted(), stack.Error);
        Assert.Equal(stack.Names, run.GetProperty("stack").EnumerateArray().Select(one => one.GetProperty("driver").GetString()));
        string[] kinds = isCounted ? ["protocol", "intermediate", "miniport"] : ["protocol", "miniport"];
        Assert.Equal(kinds, run.GetProperty("stack").EnumerateArray().Select(one => one.GetProperty("kind").GetString()));
    }

    [Theory]
    [InlineData("ping,counter,e1000")]
    [InlineData("ping,e1000,counter")]
    [InlineData("counter,ping,e1000")]
    [InlineData("counter,e1000,ping")]
    [InlineData("e1000,ping,counter")]
    [InlineData("e1000,counter,ping")]
    public void Drivers_end_in_any_order_amid_traffic_and_leave_nothing(string order)
    {
        using var stack = new Stack(isCounted: true, "e1000");
        stack.IsClean(stack.Run("--hold", "1", "--set", "ping:Count=1000000", "--unload", order));
        Assert.Contains("pings answered", stack.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_hundred_thousand_frames_pass_a_virtual_device_each_way(bool isCounted)
    {
        using var stack = new Stack(isCounted, "tap.so");
        stack.IsClean(stack.Run(
            "--set", "ping:Target=0", "--exec", $"{stack.Client} ping 10.0.2.2 10.0.2.15 {Frames}"));
        Assert.Contains(
            $"{Frames} of {Frames} echo requests to 10.0.2.15 answered, 0 wrong", stack.Error, StringComparison.Ordinal);
        Assert.Contains($"{Frames} requests answered", stack.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_protocol_pings_a_program_at_the_other_end_of_a_virtual_device()
    {
        using var stack = new Stack(isCounted: true, "tap.so");
        stack.IsClean(stack.Run(
            "--set", "ping:Count=100", "--exec", $"timeout --preserve-status -s INT 3 {stack.Client} respond 10.0.2.2; true"));
        Assert.Contains("ping: 100 of 100 pings answered", stack.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("e1000")]
    [InlineData("rtl8139.so")]
    public void A_stack_that_slept_goes_on(string lowest)
    {
        using var stack = new Stack(isCounted: true, lowest);
        stack.IsClean(stack.Run("--hold", "4", "--set", "ping:Count=100", "--suspend"));
        Assert.Contains("ping: 100 of 100 pings answered", stack.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Own_protocols_lease_ping_and_exchange_frames_over_an_intermediate_driver()
    {
        using var counter = DriverBuild.Sample("counter");
        using var low = DriverBuild.Sample("rtl8139");
        CommandResult lease = DriverRun.RunOver(counter.File, "--over", "rtl8139", "--count", "5", "--json");
        Stack.IsClean(lease, DriverRun.Json(lease));
        Assert.Equal(5, DriverRun.Json(lease).GetProperty("ping").GetProperty("received").GetInt32());
        CommandResult peer = DriverRun.RunOver(
            counter.File, "--over", low.File, "--nic", "rtl8139", "--peer", "--frames", "20000", "--length", "1514", "--json");
        Stack.IsClean(peer, DriverRun.Json(peer));
        Assert.Equal(20_000, DriverRun.Json(peer).GetProperty("peer").GetProperty("received").GetInt32());
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void Each_call_of_protocols_does_what_its_documents_say_over_a_miniport_and_over_another_driver(
        bool isCounted, bool indicatesFrames)
    {
        using var protocol = DriverBuild.Own("protocol");
        using var counter = DriverBuild.Sample("counter");
        using var loop = DriverBuild.Named("loop", indicatesFrames ? ["-DINDICATES_FRAMES"] : []);
        string[] over = isCounted ? ["--over", counter.File, "--over", loop.File] : ["--over", loop.File];
        CommandResult result = DriverRun.RunOver(protocol.File,
            [.. over, "--nic", "none", "--set", "Number=4711", "--hold", "1", "--suspend", "--json"]);
        Stack.IsClean(result, DriverRun.Json(result));
        Match checks = Checks().Match(result.Error);
        Assert.True(checks.Success, result.Error);
        (int sent, int aborted) = (Number(checks, 1), Number(checks, 2));
        (int received, int transferred) = (Number(checks, 3), Number(checks, 4));
        Assert.Equal(41, sent);
        Assert.InRange(aborted, 1, 20);
        Assert.Equal(sent - aborted, received);
        Assert.Equal(indicatesFrames ? received : 0, transferred);
        Assert.Contains("loop: a send was cancelled", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("FAILED", result.Error, StringComparison.Ordinal);
        Assert.Contains("driver: all adapters were offered", result.Error, StringComparison.Ordinal);
        Assert.Contains("loop: the adapter is loop-virtual", result.Error, StringComparison.Ordinal);
        foreach (string state in new[] { "driver: power D3", "loop: power D3", "loop: power D0", "driver: power D0" })
            Assert.Contains(state, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_protocol_that_opens_no_adapter_by_itself_runs_where_a_program_may_ask_it_to()
    {
        using var protocol = DriverBuild.Own("protocol", "-DOPENS_LATER");
        CommandResult refused = DriverRun.RunOver(protocol.File, "--over", "rtl8139", "--hold", "1", "--json");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("has not opened it", DriverRun.Reason(DriverRun.Json(refused)), StringComparison.Ordinal);
        CommandResult result = DriverRun.RunOver(protocol.File, "--over", "rtl8139", "--exec", "true", "--json");
        Stack.IsClean(result, DriverRun.Json(result));
    }

    [Fact]
    public void A_driver_where_it_cannot_be_is_told_with_the_command_that_is_right()
    {
        using var ping = DriverBuild.Sample("ping");
        using var low = DriverBuild.Sample("rtl8139");
        Refused("lies over nothing", low.File, "--over", "e1000");
        Refused("in the stack twice", ping.File, "--over", ping.File, "--over", "e1000");
        using var counter = DriverBuild.Sample("counter");
        Refused("is the lowest of the stack", counter.File, "--over", ping.File, "--nic", "rtl8139");
        Refused("makes no adapter to lie over", counter.File, "--over", ping.File, "--over", "e1000");
        Refused("lies over adapters, and is given none", ping.File, "--nic", "rtl8139");
        Refused("there is no such file", ping.File, "--over", "./missing.so", "--nic", "rtl8139");
        Refused("drives a card", ping.File, "--over", "e1000", "--over", "rtl8139");
        Refused("which is not in the stack", ping.File, "--over", "e1000", "--unload", "other");
        Refused("nor what it lies over", ping.File);
    }

    private static void Refused(string reason, params string[] arguments)
    {
        CommandResult result = DriverRun.RunOver(arguments[0], [.. arguments[1..], "--json"]);
        Assert.Equal(1, result.ExitCode);
        JsonElement failure = DriverRun.Json(result).GetProperty("failure");
        Assert.Contains(reason, failure.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.NotEmpty(failure.GetProperty("remedy").GetString()!);
    }

    private static int Number(Match match, int group) =>
        int.Parse(match.Groups[group].Value, System.Globalization.CultureInfo.InvariantCulture);

    [GeneratedRegex(@"counter: \d{3,} frames sent, \d{3,} received")]
    private static partial Regex Counted();

    [GeneratedRegex(@"driver: \d+ checks, 0 failures; (\d+) sent, (\d+) aborted, (\d+) received, (\d+) transferred")]
    private static partial Regex Checks();

    /// <summary>The ping of samples/ over a miniport, with or without the counter between.</summary>
    private sealed class Stack : IDisposable
    {
        private readonly List<DriverBuild> _built = [];
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-stack-");
        private readonly string[] _arguments;
        private readonly string _top;

        public Stack(bool isCounted, string lowest)
        {
            _top = Build("ping");
            List<string> arguments = [];
            List<string> names = ["ping"];
            if (isCounted)
            {
                arguments.AddRange(["--over", Build("counter")]);
                names.Add("counter");
            }

            string name = lowest.Replace(".so", "", StringComparison.Ordinal);
            names.Add(name);
            arguments.AddRange(["--over", name == lowest ? lowest : Build(name)]);
            if (name != lowest) arguments.AddRange(["--nic", name == "tap" ? "none" : name]);
            (_arguments, Names) = ([.. arguments], names);
        }

        public IReadOnlyList<string> Names { get; }

        public string Error { get; private set; } = "";

        /// <summary>The program at the other end of samples/tap.</summary>
        public string Client
        {
            get
            {
                string client = Path.Combine(_folder.FullName, "client");
                CommandResult built = Command.Run("cc", [
                    "-O2", $"-I{Repository.Headers}", Path.Combine(Repository.Root, "samples/tap/client.c"), "-o", client,]);
                Assert.True(built.ExitCode == 0, built.Error);
                return client;
            }
        }

        public JsonElement Run(params string[] arguments)
        {
            CommandResult result = DriverRun.RunOver(_top, [.. _arguments, .. arguments, "--json"]);
            Error = result.Error;
            Assert.True(result.ExitCode == 0, result.Output + result.Error);
            return DriverRun.Json(result);
        }

        public void IsClean(JsonElement run) => IsClean(new CommandResult(0, "", Error), run);

        public static void IsClean(CommandResult result, JsonElement run)
        {
            Assert.True(result.ExitCode == 0, result.Output + result.Error);
            Assert.Empty(DriverRun.Reports(run));
            Assert.Equal(0, run.GetProperty("outstanding").GetInt32());
        }

        public void Dispose()
        {
            foreach (DriverBuild built in _built) built.Dispose();
            _folder.Delete(recursive: true);
        }

        private string Build(string sample)
        {
            var built = DriverBuild.Sample(sample);
            _built.Add(built);
            return built.File;
        }
    }
}
