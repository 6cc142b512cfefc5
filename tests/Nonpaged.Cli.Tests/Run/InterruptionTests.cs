using System.Diagnostics;
using System.Text.Json;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Cli.Tests.Run;

public sealed class InterruptionTests
{
    private const string NoQemu = "needs QEMU (apt-get install --no-install-recommends qemu-system-x86)";

    private static bool HasQemu => QemuProbe.Find().IsUsable;

    [Theory]
    [InlineData("starting the machine", "INT", 130)]
    [InlineData("starting the driver", "INT", 130)]
    [InlineData("starting the driver", "TERM", 143)]
    [InlineData("asking for a lease", "INT", 130)]
    [InlineData("pinging", "INT", 130)]
    [InlineData("pinging", "TERM", 143)]
    [InlineData("pinging", "HUP", 129)]
    public void A_signal_at_any_stage_ends_all_in_order(string stage, string signal, int exitCode)
    {
        Assert.SkipUnless(HasQemu, NoQemu);
        using var program = new RunningProgram(CliProgram.Start("run", "--count", "65535", "--json"));
        program.WaitFor(stage);
        program.Signal(signal);
        CliResult result = program.WaitForEnd();
        Assert.True(result.ExitCode == exitCode, $"{result.ExitCode}: {result.Output} {result.Error}");
        AssertAllFreed(result.Json);
        Assert.Contains(
            $"SIG{signal}", result.Json.GetProperty("failure").GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void A_signal_while_the_adapter_is_held_halts_it_and_is_no_failure(string signal, int exitCode)
    {
        Assert.SkipUnless(HasQemu, NoQemu);
        using var program = new RunningProgram(CliProgram.Start("run", "--count", "2", "--hold", "600", "--json"));
        program.WaitFor("holding");
        program.Signal(signal);
        CliResult result = program.WaitForEnd();
        Assert.Equal(exitCode, result.ExitCode);
        AssertAllFreed(result.Json);
        Assert.Equal(2, result.Json.GetProperty("ping").GetProperty("received").GetInt32());
        Assert.Equal(JsonValueKind.Null, result.Json.GetProperty("failure").ValueKind);
    }

    [Fact]
    public void The_adapter_is_held_as_long_as_was_asked_for()
    {
        Assert.SkipUnless(HasQemu, NoQemu);
        using var program = new RunningProgram(CliProgram.Start("run", "--count", "1", "--hold", "6", "--json"));
        program.WaitFor("holding");
        long start = Stopwatch.GetTimestamp();
        Assert.Equal(0, program.WaitForEnd().ExitCode);
        // What is said is seen some time after.
        Assert.True(Stopwatch.GetElapsedTime(start).TotalSeconds >= 3);
    }

    [Theory]
    [InlineData("starting the driver")]
    [InlineData("pinging")]
    [InlineData("holding")]
    public void Killing_the_one_process_leaves_no_QEMU(string stage)
    {
        Assert.SkipUnless(HasQemu, NoQemu);
        using var program =
            new RunningProgram(CliProgram.Start("run", "--count", stage == "holding" ? "1" : "65535", "--hold", "600", "--json"));
        program.WaitFor(stage);
        IReadOnlyList<int> descendants = program.Descendants();
        Assert.Superset(program.Machines().ToHashSet(), descendants.ToHashSet());
        Assert.NotEmpty(program.Machines());
        program.Signal("KILL");
        program.WaitForEnd();
        AssertGone(descendants);
    }

    [Theory]
    [InlineData("pinging", "--count", "65535")]
    [InlineData("holding", "--count", "2", "--hold", "600")]
    [InlineData("exchanging", "--peer", "--frames", "100000000")]
    public void When_QEMU_goes_away_the_run_fails_and_says_so_and_nothing_is_outstanding(string stage, params string[] options)
    {
        Assert.SkipUnless(HasQemu, NoQemu);
        using var program = new RunningProgram(CliProgram.Start(["run", .. options, "--json"]));
        program.WaitFor(stage);
        using (var process = Process.GetProcessById(Assert.Single(program.Machines()))) process.Kill();
        CliResult result = program.WaitForEnd();
        Assert.Equal(1, result.ExitCode);
        AssertAllFreed(result.Json);
        Assert.Contains("QEMU", result.Json.GetProperty("failure").GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    private static void AssertAllFreed(JsonElement run)
    {
        Assert.Equal(0, run.GetProperty("outstanding").GetInt32());
        foreach (JsonElement allocation in run.GetProperty("allocations").EnumerateArray())
        {
            bool obtained = allocation.GetProperty("virtualAddress").ValueKind != JsonValueKind.Null;
            Assert.Equal(obtained, allocation.GetProperty("freed").GetBoolean());
        }
    }

    private static void AssertGone(IReadOnlyList<int> processes)
    {
        // They end when they see that their parent's pipe is closed, which takes a moment.
        long start = Stopwatch.GetTimestamp();
        while (processes.Any(id => Directory.Exists($"/proc/{id}")))
        {
            Assert.True(
                Stopwatch.GetElapsedTime(start) < CliProgram.Patience, "Processes are left: " + string.Join(", ", processes));
            Thread.Sleep(10);
        }
    }
}
