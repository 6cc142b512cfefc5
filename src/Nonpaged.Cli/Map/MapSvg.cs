using System.Globalization;
using System.Net;
using System.Text;

namespace Nonpaged.Cli;

/// <summary>
/// Draws pools: a bar for each extent, whose pieces are its physical runs, and below it the physical memory with the same pieces where they lie. A piece has the
/// same colour in both.
/// </summary>
internal static class MapSvg
{
    private const int Width = 960;
    private const int Left = 24;
    private const int Bar = Width - 2 * Left;
    private const int RowHeight = 46;
    private const int BarHeight = 22;

    // Narrower pieces would not be seen; those of a bar that has more are drawn together.
    private const int MaxPieces = Bar * 2;

    public static string Draw(int pid, IReadOnlyList<MappedExtent> extents)
    {
        ulong top = extents.SelectMany(extent => extent.Runs).Select(run => run.Start + run.Length).DefaultIfEmpty(1UL << 30).Max();
        int height = 64 + (extents.Count + 1) * RowHeight + 24;
        var svg = new StringBuilder();
        Line(svg, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {height}\" width=\"{Width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">");
        Line(svg, $"<rect width=\"{Width}\" height=\"{height}\" fill=\"#fff\"/>");
        Text(svg, Left, 28, $"Pools of process {pid}", 18);
        int y = 62;
        foreach (MappedExtent extent in extents)
        {
            Text(svg, Left, y, string.Create(CultureInfo.InvariantCulture, $"{extent.Pool} · {extent.Rung} · 0x{extent.Start:x} · {Size.Format(extent.Length)} · {extent.Runs.Count} physical runs"));
            Frame(svg, y + 5);
            foreach (PhysicalRun run in Drawn(extent)) Piece(svg, run, run.Offset, extent.Length, y + 5, top);
            y += RowHeight;
        }

        Text(svg, Left, y, $"physical memory, 0 to {Size.Format((top + (1 << 20) - 1) & ~((1UL << 20) - 1))}");
        Frame(svg, y + 5);
        foreach (PhysicalRun run in extents.SelectMany(Drawn)) Piece(svg, run, run.Start, top, y + 5, top);
        if (top > 1UL << 32) Limit(svg, Left + Bar * ((1UL << 32) / (double)top), y + 5, "4 GiB");
        Line(svg, $"</svg>");
        return svg.ToString();
    }

    private static IEnumerable<PhysicalRun> Drawn(MappedExtent extent)
    {
        if (extent.Runs.Count <= MaxPieces) return extent.Runs;
        return extent.Runs.Where((_, index) => (long)index * MaxPieces / extent.Runs.Count != (long)(index - 1) * MaxPieces / extent.Runs.Count);
    }

    private static void Piece(StringBuilder svg, PhysicalRun run, ulong at, ulong whole, int y, ulong top)
    {
        double x = Left + Bar * (at / (double)whole);
        double width = double.Max(1.2, Bar * (run.Length / (double)whole));
        // A border would cover a narrow piece.
        string border = width > 4 ? " stroke=\"#fff\" stroke-width=\"0.5\"" : "";
        double hue = 300.0 * run.Start / top;
        Line(svg, $"<rect x=\"{x:0.##}\" y=\"{y}\" width=\"{width:0.##}\" height=\"{BarHeight}\" fill=\"{Colour(hue)}\"{border}><title>0x{run.Start:x}, {Size.Format(run.Length)}</title></rect>");
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

    private static void Frame(StringBuilder svg, int y) =>
        Line(svg, $"<rect x=\"{Left}\" y=\"{y}\" width=\"{Bar}\" height=\"{BarHeight}\" fill=\"#eee\" stroke=\"#999\"/>");

    private static void Limit(StringBuilder svg, double x, int y, string name)
    {
        Line(svg, $"<line x1=\"{x:0.##}\" y1=\"{y - 3}\" x2=\"{x:0.##}\" y2=\"{y + BarHeight + 3}\" stroke=\"#222\"/>");
        Line(svg, $"<text x=\"{x:0.##}\" y=\"{y + BarHeight + 16}\" text-anchor=\"middle\">{name}</text>");
    }

    private static void Text(StringBuilder svg, int x, int y, string text, int size = 13) =>
        Line(svg, $"<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\">{WebUtility.HtmlEncode(text)}</text>");

    private static void Line(StringBuilder svg, FormattableString line) => svg.AppendLine(line.ToString(CultureInfo.InvariantCulture));
}
