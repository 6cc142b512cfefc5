using System.CommandLine;
using System.CommandLine.Parsing;

namespace Nonpaged.Cli;

/// <summary><c>nonpaged map</c>: a process's pools as a picture.</summary>
internal sealed class MapCommand
{
    private const int MostSeconds = 24 * 3600;

    private readonly Option<string?> _pid = Options.Text("--pid", "PID", "The process whose pools are shown.");
    private readonly Option<string?> _svg = MapOptions.Svg();
    private readonly Option<bool> _live = Options.Flag(
        "--live", "Show the pools again and again, until the process ends or Ctrl+C; on a terminal in place.");
    private readonly Option<string?> _interval = Options.Text("--interval", "SECONDS", "With --live: how often. Default: 1.");
    private readonly Option<bool> _json = Options.Flag(
        "--json", "Print one JSON object to standard output; with --live one a line.");
    private readonly Screen _screen;

    private MapCommand(Screen screen) => _screen = screen;

    public static Command Create(Screen screen)
    {
        var map = new MapCommand(screen);
        map._pid.Required = true;
        var command = new CliCommand(
            "map", "Show a process's pools: extents by rung, physical runs, zones, fragmentation.",
            new HelpExample("nonpaged map --pid 1234", "Show the pools of a process"),
            new HelpExample("nonpaged map --pid 1234 --svg pools.svg", "Draw them, too"),
            new HelpExample("nonpaged map --pid 1234 --live --interval 5", "Watch how they grow and shrink"))
        { map._pid, map._svg, map._live, map._interval, map._json };
        command.Validators.Add(map.Validate);
        command.SetAction(map.RunAsync);
        return command;
    }

    private void Validate(CommandResult result)
    {
        bool isLive = result.GetValue(_live);
        if (!isLive && result.GetResult(_interval) is not null) result.AddError("--interval goes with --live.");
        if (isLive && result.GetResult(_svg) is not null) result.AddError("--live and --svg exclude each other.");
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        int? process = null;
        IReadOnlyList<MapPool> pools = [];
        FailureDocument? failure = null;
        try
        {
            process = Number.Parse("--pid", parsed.GetRequiredValue(_pid)!, 1, int.MaxValue);
            if (parsed.GetValue(_live))
            {
                int seconds = Number.Parse("--interval", parsed.GetValue(_interval) ?? "1", 1, MostSeconds);
                var live = new MapLive(_screen, process.Value, TimeSpan.FromSeconds(seconds), parsed.GetValue(_json));
                return await live.RunAsync();
            }

            string? file = parsed.GetValue(_svg) is { } svg ? OutputFile.Parse("--svg", svg, "pool.svg") : null;
            pools = ProcessPools.Read(process.Value);
            if (pools.Count == 0)
            {
                throw new CommandException(
                    $"The process {process} has no pool.", "no memory file named nonpaged:... in its maps", "pgrep -a dotnet",
                    FailureKind.Other);
            }

            if (file is not null) MapSvg.Save(file, MapSvg.Draw($"Pools of process {process}", pools));
        }
        catch (CommandException exception)
        {
            failure = FailureDocument.From(exception.Failure);
        }

        if (parsed.GetValue(_json))
            _screen.WriteWhole(CliJson.Write(new MapDocument(process, [.. pools.Select(MapPoolDocument.From)], failure)));
        else if (failure is not null)
            FailurePrinter.Print(_screen, failure);
        else
            MapPrinter.Print(_screen.Out, pools, process);
        return failure is null ? ExitCode.Success : ExitCode.Failure;
    }
}
