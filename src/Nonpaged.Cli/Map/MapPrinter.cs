using System.Globalization;
using System.Text;
using Spectre.Console;

namespace Nonpaged.Cli;

/// <summary>Shows pools in a terminal: figures, and a strip for each extent.</summary>
internal static class MapPrinter
{
    private const int StripWidth = 64;

    // More are summed up by the figures; --svg has all.
    private const int ShownStrips = 16;

    public static void Print(Screen screen, int pid, IReadOnlyList<MappedExtent> extents)
    {
        foreach (IGrouping<string, MappedExtent> pool in extents.GroupBy(extent => extent.Pool))
        {
            MappedExtent[] members = [.. pool];
            screen.Out.MarkupLineInterpolated($"[bold]pool \"{pool.Key}\"[/] of process {pid}: {Size.Format(Sum(members))}");
            var grid = new Grid();
            grid.AddColumn(new GridColumn().NoWrap().PadLeft(2).PadRight(2));
            grid.AddColumn(new GridColumn().PadRight(0));
            foreach (IGrouping<string, MappedExtent> rung in members.GroupBy(extent => extent.Rung))
                grid.AddRow(new Text(rung.Key), new Text($"{rung.Count()} extent{(rung.Count() == 1 ? "" : "s")}, {Size.Format(Sum(rung))}"));
            foreach ((string name, string value) in MapFigures.Of(members)) grid.AddRow(new Text(name), new Text(value));
            screen.Out.Write(grid);
            foreach (MappedExtent extent in members.Take(ShownStrips))
                screen.WriteWhole(string.Create(CultureInfo.InvariantCulture, $"  {extent.Start:x12} {Strip(extent)}"));
            if (members.Length > ShownStrips) screen.WriteWhole($"  and {members.Length - ShownStrips} more extents");
        }

        screen.Out.MarkupLine("[dim]A strip is an extent: █ and ▒ by turns are one physical run each, ░ has several, · is not known.[/]");
    }

    private static ulong Sum(IEnumerable<MappedExtent> extents) => extents.Aggregate(0UL, (sum, extent) => sum + extent.Length);

    private static string Strip(MappedExtent extent)
    {
        var strip = new StringBuilder(StripWidth);
        int run = 0;
        for (ulong cell = 0; cell < StripWidth; cell++)
        {
            ulong from = extent.Length * cell / StripWidth;
            ulong to = ulong.Max(from + 1, extent.Length * (cell + 1) / StripWidth);
            while (run < extent.Runs.Count && extent.Runs[run].Offset + extent.Runs[run].Length <= from) run++;
            strip.Append(Glyph(extent.Runs, run, from, to));
        }

        return strip.ToString();
    }

    private static char Glyph(IReadOnlyList<PhysicalRun> runs, int run, ulong from, ulong to)
    {
        if (run >= runs.Count || runs[run].Offset >= to) return '·';
        bool isWhole = runs[run].Offset <= from && runs[run].Offset + runs[run].Length >= to;
        return !isWhole ? '░' : run % 2 == 0 ? '█' : '▒';
    }
}
