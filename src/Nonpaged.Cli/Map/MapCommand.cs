using System.CommandLine;

namespace Nonpaged.Cli;

/// <summary><c>nonpaged map</c>: a process's pools as a picture.</summary>
internal sealed class MapCommand
{
    private readonly Option<string?> _pid = Options.Text("--pid", "PID", "The process whose pools are shown.");
    private readonly Option<string?> _svg = Options.Text("--svg", "FILE", "Write the picture to this file, as SVG.");
    private readonly Screen _screen;

    private MapCommand(Screen screen) => _screen = screen;

    public static Command Create(Screen screen)
    {
        var map = new MapCommand(screen);
        map._pid.Required = true;
        var command = new Command("map", "Show a process's pools: extents by rung, physical runs, zones, fragmentation.") { map._pid, map._svg };
        command.SetAction(map.Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        try
        {
            int pid = Number.Parse("--pid", parsed.GetRequiredValue(_pid)!, 1, int.MaxValue);
            IReadOnlyList<MappedExtent> extents = ProcessPools.Read(pid);
            if (extents.Count == 0)
                throw new CommandException($"The process {pid} has no pool of host memory.", "no memory file named nonpaged:... in its maps", "pgrep -a dotnet");
            MapPrinter.Print(_screen, pid, extents);
            if (parsed.GetValue(_svg) is { } file) Save(file, MapSvg.Draw(pid, extents));
            return ExitCode.Success;
        }
        catch (CommandException exception)
        {
            FailurePrinter.Print(_screen, FailureDocument.From(exception.Failure)!);
            return ExitCode.Failure;
        }
    }

    private static void Save(string file, string picture)
    {
        try
        {
            File.WriteAllText(file, picture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException($"The picture cannot be written to {file}.", exception.Message, "give --svg a file in a folder that may be written to");
        }
    }
}
