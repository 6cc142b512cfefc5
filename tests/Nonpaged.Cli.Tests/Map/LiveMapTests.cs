using System.Globalization;
using System.Text.Json;

namespace Nonpaged.Cli.Tests.Map;

/// <summary>map --live: a process's pools, look by look.</summary>
public sealed class LiveMapTests
{
    private const string Watching = "watching process";

    [Fact]
    public void Each_look_is_a_block_of_lines_until_the_process_ends_and_it_ends_in_order()
    {
        using var holding = new RunningProgram(CliProgram.Start("soak", "--seconds", "600", "--ceiling", "16M"));
        holding.WaitFor("soaking");
        using var live = new RunningProgram(CliProgram.Start("map", "--live", "--interval", "1", "--pid", Text(holding.Id)));
        live.WaitFor(Watching);
        Thread.Sleep(TimeSpan.FromSeconds(3));
        holding.Signal("KILL");
        CliResult result = live.WaitForEnd();
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        string[] lines = result.Output.Split('\n');
        Assert.True(lines.Count(line => line.Contains($"process {holding.Id}", StringComparison.Ordinal)) > 1, result.Output);
        Assert.Contains(lines, line => line.StartsWith("  pool ", StringComparison.Ordinal));
        Assert.Contains($"process {holding.Id} ended", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', result.Output);
    }

    [Fact]
    public void It_shows_how_a_pool_grows_and_ends_in_order_by_a_signal()
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Name = "grows live" });
        pool.Allocate(new MemoryRequest(2 << 20) { WholePages = true });
        using var live = new RunningProgram(CliProgram.Start(
            "map", "--live", "--interval", "1", "--json", "--pid", Text(Environment.ProcessId)));
        live.WaitFor(Watching);
        pool.Allocate(new MemoryRequest(64 << 20) { WholePages = true });
        Thread.Sleep(TimeSpan.FromSeconds(3));
        live.Signal("INT");
        CliResult result = live.WaitForEnd();
        Assert.True(result.ExitCode == 0, result.Output + result.Error);
        ulong[] held = [.. result.JsonLines.Select(Held)];
        Assert.True(held.Length > 1, result.Output);
        Assert.True(held[^1] >= held[0] && held[^1] >= 66UL << 20, string.Join(' ', held));
    }

    [Fact]
    public void A_terminal_shows_the_next_look_in_the_place_of_the_one_before()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/script"), "needs script(1), which gives the program a terminal");
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Name = "redrawn" });
        pool.Allocate(new MemoryRequest(2 << 20) { WholePages = true });
        CliResult result = CliProgram.Finish(CliProgram.StartProcess(
            "/usr/bin/env",
            [
                "TERM=xterm", "script", "-qec",
                $"timeout --foreground --signal INT 8 '{CliProgram.Dotnet}' '{CliProgram.Assembly}' map --live "
                    + $"--pid {Environment.ProcessId}",
                "/dev/null",
            ]));
        Assert.Contains("redrawn", result.Output, StringComparison.Ordinal);
        // The cursor goes up by lines.
        Assert.Matches("\e\\[[0-9]+A", result.Output);
    }

    [Theory]
    [InlineData("--interval", "1")]
    [InlineData("--live", "--svg", "pool.svg")]
    public void Options_that_do_not_go_together_are_a_usage_error(params string[] arguments)
    {
        CliResult result = CliProgram.Run(["map", "--pid", "1", .. arguments]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("--live", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--pid", "2147483647")]
    [InlineData("--pid", "1", "--interval", "0")]
    public void Without_a_process_or_a_time_it_is_a_failure_with_a_remedy(params string[] arguments)
    {
        CliResult result = CliProgram.Run(["map", "--live", .. arguments]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("remedy", result.Output, StringComparison.Ordinal);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static ulong Held(JsonElement look) => look.GetProperty("pools").EnumerateArray()
        .Where(pool => pool.GetProperty("name").GetString() == "grows live")
        .Aggregate(0UL, (sum, pool) => sum + pool.GetProperty("length").GetUInt64());
}
