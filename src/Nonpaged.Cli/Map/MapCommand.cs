using System.CommandLine;

namespace Nonpaged.Cli;

/// <summary><c>nonpaged map</c>: a process's pools as a picture.</summary>
internal sealed class MapCommand
{
    private readonly Option<string?> _pid = Options.Text("--pid", "PID", "The process whose pools are shown.");
    private readonly Option<string?> _svg = MapOptions.Svg();
    private readonly Option<bool> _json = Options.Json();
    private readonly Screen _screen;

    private MapCommand(Screen screen) => _screen = screen;

    public static Command Create(Screen screen)
    {
        var map = new MapCommand(screen);
        map._pid.Required = true;
        var command = new CliCommand(
            "map", "Show a process's pools: extents by rung, physical runs, zones, fragmentation.",
            new HelpExample("nonpaged map --pid 1234", "Show the pools of a process"),
            new HelpExample("nonpaged map --pid 1234 --svg pools.svg", "Draw them, too"))
        { map._pid, map._svg, map._json };
        command.SetAction(map.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        int? process = null;
        IReadOnlyList<MapPool> pools = [];
        FailureDocument? failure = null;
        try
        {
            process = Number.Parse("--pid", parsed.GetRequiredValue(_pid)!, 1, int.MaxValue);
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
