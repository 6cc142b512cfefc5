using System.CommandLine;

namespace Nonpaged.Cli;

/// <summary>--map and --svg, of the commands that use a pool.</summary>
internal sealed class MapOptions
{
    private readonly Option<bool> _map = Options.Flag(
        "--map", "Show the pool: extents, physical runs, zones, used and free. Under --json on standard error.");
    private readonly Option<string?> _svg = Svg();

    public IEnumerable<Option> All => [_map, _svg];

    public static Option<string?> Svg() => Options.Text("--svg", "FILE", "Write a picture of the pool to this file, as SVG.");

    /// <exception cref="CommandException">--svg is not a file that can be written.</exception>
    public MapRequest Read(ParseResult parsed) =>
        new(parsed.GetValue(_map), parsed.GetValue(_svg) is { } file ? OutputFile.Parse("--svg", file, "pool.svg") : null);
}
