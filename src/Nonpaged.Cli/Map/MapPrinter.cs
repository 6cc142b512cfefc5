using System.Globalization;
using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>Shows pools in a terminal: figures, a strip for each extent, and the largest uses.</summary>
internal static class MapPrinter
{
    // More are summed up by the figures; --svg has all.
    private const int ShownStrips = 16;
    private const int ShownUses = 12;

    public static void Print(IAnsiConsole console, IReadOnlyList<MapPool> pools, int? process = null)
    {
        foreach (MapPool pool in pools)
        {
            console.MarkupLineInterpolated(
                $"[bold]pool \"{pool.Name}\"[/]{(process is null ? "" : $" of process {process}")}: {Size.Format(pool.Length)}");
            PrintFigures(console, pool);
            PrintStrips(console, pool);
            PrintUses(console, pool);
        }

        foreach (string line in Legend(pools)) console.MarkupLineInterpolated($"[dim]{line}[/]");
    }

    private static void PrintFigures(IAnsiConsole console, MapPool pool)
    {
        var grid = new Grid();
        grid.AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(2));
        grid.AddColumn(new GridColumn().PadRight(0));
        foreach (IGrouping<(string Rung, PinKind? Pin), MapExtent> rung in pool.Extents.GroupBy(extent =>
            (extent.Rung, extent.Pin)))
        {
            ulong length = rung.Aggregate(0UL, (sum, extent) => sum + extent.Length);
            string extents = $"{rung.Count()} extent{(rung.Count() == 1 ? "" : "s")}, {Size.Format(length)}";
            grid.AddRow(new Text(rung.Key.Rung), new Text(extents + Held(rung.Key.Pin)));
        }

        foreach ((string name, string value) in MapFigures.Of(pool)) grid.AddRow(new Text(name), new Text(value));
        console.Write(grid);
    }

    private static string Held(PinKind? pin) => pin switch
    {
        null => "",
        PinKind.None => ", not pinned",
        { } kind => $", pinned ({PinName.Of(kind)})",
    };

    private static void PrintStrips(IAnsiConsole console, MapPool pool)
    {
        // Written as they are, so that a narrow terminal breaks them where it likes and a pipe gets them whole.
        TextWriter writer = console.Profile.Out.Writer;
        foreach (MapExtent extent in pool.Extents.Take(ShownStrips))
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"  {extent.Start:x12} {MapStrip.Runs(extent, byTurns: !pool.IsSparse)}"));
            if (extent.Stretches is not null) writer.WriteLine($"  {"used",12} {MapStrip.Use(extent)}");
        }

        if (pool.Extents.Count > ShownStrips) writer.WriteLine($"  and {pool.Extents.Count - ShownStrips} more extents");
    }

    private static void PrintUses(IAnsiConsole console, MapPool pool)
    {
        (MapExtent Extent, PoolStretch Stretch)[] uses = pool.Extents.SelectMany(extent => extent.Stretches
            ?? [], (extent, stretch) => (Extent: extent, Stretch: stretch)).Where(one => one.Stretch.Use is not null).ToArray();
        if (uses.Length == 0) return;
        var grid = new Grid();
        grid.AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(2));
        grid.AddColumn(new GridColumn().NoWrap().RightAligned().PadRight(2));
        grid.AddColumn(new GridColumn().PadRight(0));
        foreach ((MapExtent extent, PoolStretch stretch) in uses.OrderByDescending(one => one.Stretch.Length)
            .Take(ShownUses)
            .OrderBy(one => one.Extent.Start + one.Stretch.Offset))
        {
            grid.AddRow(
                new Text(string.Create(CultureInfo.InvariantCulture, $"{extent.Start + stretch.Offset:x12}")),
                new Text(Size.Format(stretch.Length)),
                new Text(MapUse.Describe(stretch.Use!)));
        }

        console.Write(grid);
        if (uses.Length > ShownUses)
            console.Profile.Out.Writer.WriteLine($"  and {uses.Length - ShownUses} shorter stretches in use");
    }

    private static IEnumerable<string> Legend(IReadOnlyList<MapPool> pools)
    {
        if (pools.Any(pool => !pool.IsSparse))
            yield return "Strips: █ and ▒ by turns are one physical run each, ░ is several, · not known.";
        if (pools.Any(pool => pool.IsSparse)) yield return "Strips of a machine: █ is resident, ░ in part, · not.";
        if (pools.Any(pool => pool.Usage is not null)) yield return "Used: █ wholly, ▄ in part, _ not.";
    }
}
