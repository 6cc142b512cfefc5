using System.Globalization;
using System.Net;
using System.Text;

namespace Nonpaged.Cli;

/// <summary>
/// Draws pools: a bar for each extent, whose pieces are its physical runs, below it what is used, and at the end the physical
/// memory with the same pieces where they lie. A piece has the same colour in both.
/// </summary>
internal sealed class MapSvg
{
    private const int Width = 960;
    private const int Left = 24;
    private const int Bar = Width - 2 * Left;
    private const int BarHeight = 22;
    private const int UseHeight = 9;
    private const int Gap = 24;

    private const string NotKnown = "#aaaaaa";
    private const string Used = "#333333";

    private readonly StringBuilder _svg = new();
    private int _y = 62;

    private MapSvg()
    {
    }

    public static string Draw(string title, IReadOnlyList<MapPool> pools)
    {
        var picture = new MapSvg();
        picture.Text(28, title, 18);
        // Frames of the host are one physical memory, and each machine has its own.
        foreach (IGrouping<object, MapPool> memory in pools.GroupBy(pool =>
            pool.Addresses == MapAddresses.Host ? (object)MapAddresses.Host : pool))
        {
            picture.Draw([.. memory]);
        }

        return picture.Finish();
    }

    /// <exception cref="CommandException">The file cannot be written.</exception>
    public static void Save(string file, string picture)
    {
        try
        {
            File.WriteAllText(file, picture);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new CommandException(
                $"The picture cannot be written to {file}.", exception.Message,
                "give --svg a file in a folder that may be written to",
                FailureKind.Other);
        }
    }

    private void Draw(MapPool[] pools)
    {
        PhysicalRun[] known =
            [.. pools.SelectMany(pool => pool.Extents).SelectMany(extent => extent.Runs).Where(run => run.Start is not null)];
        ulong top = known.Select(run => run.Start!.Value + run.Length).DefaultIfEmpty(0UL).Max();
        foreach (MapPool pool in pools)
        {
            foreach (MapExtent extent in pool.Extents) Draw(pool, extent, top);
        }

        if (top == 0) return;
        string whose = pools[0].Addresses switch
        {
            MapAddresses.Host => "physical memory",
            MapAddresses.Machine => $"physical memory of the machine {pools[0].Name}",
            _ => $"file of the machine {pools[0].Name}",
        };
        Text(_y, $"{whose}, 0 to {Size.Format((top + (1 << 20) - 1) & ~((1UL << 20) - 1))}");
        Frame(BarHeight);
        foreach (PhysicalRun run in Seen(known, run => run.Start!.Value, run => run.Length, top))
            Draw(run, run.Start!.Value, top, top);
        if (top > 1UL << 32) Limit(Left + Bar * ((1UL << 32) / (double)top), "4 GiB");
        _y += 5 + BarHeight + 2 * Gap;
    }

    private void Draw(MapPool pool, MapExtent extent, ulong top)
    {
        string runs = pool.IsSparse
            ? $"{Size.Format(extent.Runs.Aggregate(0UL, (sum, run) => sum + run.Length))} resident"
            : extent.Runs.Count == 1 ? "1 physical run" : $"{extent.Runs.Count} physical runs";
        Text(_y, string.Create(
            CultureInfo.InvariantCulture,
            $"{pool.Name} · {extent.Rung} · 0x{extent.Start:x} · {Size.Format(extent.Length)} · {runs}"));
        Frame(BarHeight);
        foreach (PhysicalRun run in Seen(extent.Runs, run => run.Offset, run => run.Length, extent.Length))
            Draw(run, run.Offset, extent.Length, top);
        _y += 5 + BarHeight;
        if (extent.Stretches is not null)
        {
            Frame(UseHeight);
            foreach (PoolStretch used in Seen(extent.Stretches.Where(stretch => stretch.Use is not null), used =>
                used.Offset, used => used.Length, extent.Length))
            {
                Piece(used.Offset, used.Length, extent.Length, UseHeight, Used, MapUse.Describe(used.Use!));
            }

            _y += 5 + UseHeight;
        }

        _y += Gap;
    }

    private void Draw(PhysicalRun run, ulong at, ulong whole, ulong top)
    {
        string colour = run.Start is { } start ? Colour(300.0 * (start + run.Length / 2) / top) : NotKnown;
        Piece(
            at, run.Length, whole, BarHeight, colour,
            $"{(run.Start is null ? "address hidden" : $"0x{run.Start:x}")}, {Size.Format(run.Length)}");
    }

    /// <summary>
    /// Leaves out what would be drawn over a piece that is as narrow: an extent of small pages may have a million.
    /// </summary>
    private static IEnumerable<T> Seen<T>(IEnumerable<T> pieces, Func<T, ulong> at, Func<T, ulong> length, ulong whole)
    {
        long drawn = -1;
        foreach (T piece in pieces.OrderBy(at))
        {
            long place = (long)(2 * Bar * (at(piece) / (double)whole));
            bool isWide = 2 * Bar * (length(piece) / (double)whole) > 1;
            if (place == drawn && !isWide) continue;
            drawn = place;
            yield return piece;
        }
    }

    private void Piece(ulong at, ulong length, ulong whole, int height, string colour, string title)
    {
        double x = Left + Bar * (at / (double)whole);
        double width = double.Max(1.2, Bar * (length / (double)whole));
        // A border would cover a narrow piece.
        string border = width > 4 ? " stroke=\"#fff\" stroke-width=\"0.5\"" : "";
        string text = $"<title>{WebUtility.HtmlEncode(title)}</title>";
        int top = _y + 5;
        string fill = $"fill=\"{colour}\"{border}";
        Line($"<rect x=\"{x:0.##}\" y=\"{top}\" width=\"{width:0.##}\" height=\"{height}\" {fill}>{text}</rect>");
    }

    // As hexadecimal, since not every reader of SVG knows hsl(). Saturation 60 %, lightness 50 %.
    private static string Colour(double hue)
    {
        return string.Create(CultureInfo.InvariantCulture, $"#{Channel(0):x2}{Channel(8):x2}{Channel(4):x2}");

        int Channel(int shift)
        {
            double k = (shift + hue / 30) % 12;
            return (int)(255 * (0.5 - 0.3 * double.Max(-1, double.Min(double.Min(k - 3, 9 - k), 1))));
        }
    }

    private void Frame(int height) =>
        Line($"<rect x=\"{Left}\" y=\"{_y + 5}\" width=\"{Bar}\" height=\"{height}\" fill=\"#eee\" stroke=\"#999\"/>");

    private void Limit(double x, string name)
    {
        Line($"<line x1=\"{x:0.##}\" y1=\"{_y + 2}\" x2=\"{x:0.##}\" y2=\"{_y + 8 + BarHeight}\" stroke=\"#222\"/>");
        Line($"<text x=\"{x:0.##}\" y=\"{_y + 21 + BarHeight}\" text-anchor=\"middle\">{name}</text>");
    }

    private void Text(int y, string text, int size = 13) =>
        Line($"<text x=\"{Left}\" y=\"{y}\" font-size=\"{size}\">{WebUtility.HtmlEncode(text)}</text>");

    private void Line(FormattableString line) => _svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));

    // The height is known at the end.
    private string Finish()
    {
        Text(
            _y,
            "A piece is a physical run and has the same colour where it lies in physical memory. Dark below an extent: in use.",
            11);
        int height = _y + Gap;
        string body = _svg.ToString();
        _svg.Clear();
        const string font = "font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\"";
        const string space = "http://www.w3.org/2000/svg";
        Line($"<svg xmlns=\"{space}\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" {font}>");
        Line($"<rect width=\"{Width}\" height=\"{height}\" fill=\"#fff\"/>");
        _svg.Append(body);
        Line($"</svg>");
        return _svg.ToString();
    }
}
