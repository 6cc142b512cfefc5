using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>What a command that uses a pool was asked to show of it.</summary>
/// <param name="IsShown">As text.</param>
/// <param name="File">A file for the picture; null for none.</param>
internal sealed record MapRequest(bool IsShown = false, string? File = null)
{
    public bool IsWanted => IsShown || File is not null;

    /// <summary>Writes the picture, where one was asked for.</summary>
    /// <exception cref="CommandException">The file cannot be written.</exception>
    public void Save(MapPool pool)
    {
        if (File is not null) MapSvg.Save(File, MapSvg.Draw($"Pool \"{pool.Name}\"", [pool]));
    }

    /// <summary>
    /// Prints the map, where that was asked for. Beside a JSON object, whose shape does not have it, it goes to standard error.
    /// </summary>
    public void Print(Screen screen, MapPool pool, bool isJson)
    {
        IAnsiConsole console = isJson ? screen.Error : screen.Out;
        if (IsShown) MapPrinter.Print(console, [pool]);
    }
}
