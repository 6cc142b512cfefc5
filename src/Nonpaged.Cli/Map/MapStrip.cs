using System.Text;

namespace Nonpaged.Cli;

/// <summary>An extent as a line of characters. Each stands for an equal part of it.</summary>
internal static class MapStrip
{
    private const int Width = 64;

    /// <summary>
    /// By turns █ and ▒ for a physical run each, ░ where a part has several or not all of one, · for pages that are in none.
    /// </summary>
    public static string Runs(MapExtent extent, bool byTurns)
    {
        int run = 0;
        return Draw(extent, (from, to) =>
        {
            while (run < extent.Runs.Count && extent.Runs[run].End <= from) run++;
            if (run == extent.Runs.Count || extent.Runs[run].Offset >= to) return '·';
            bool isWhole = extent.Runs[run].Offset <= from && extent.Runs[run].End >= to;
            return !isWhole ? '░' : !byTurns || run % 2 == 0 ? '█' : '▒';
        });
    }

    /// <summary>█ for what is used, ▄ for what is in part, _ for what is free.</summary>
    public static string Use(MapExtent extent)
    {
        int next = 0;
        return Draw(extent, (from, to) =>
        {
            while (extent.Stretches![next].Offset + extent.Stretches[next].Length <= from) next++;
            bool used = false;
            bool free = false;
            for (int i = next; i < extent.Stretches.Count && extent.Stretches[i].Offset < to; i++)
            {
                used |= extent.Stretches[i].Use is not null;
                free |= extent.Stretches[i].Use is null;
            }

            return !used ? '_' : free ? '▄' : '█';
        });
    }

    private static string Draw(MapExtent extent, Func<ulong, ulong, char> glyph)
    {
        var strip = new StringBuilder(Width);
        for (ulong cell = 0; cell < Width; cell++)
        {
            ulong from = extent.Length * cell / Width;
            strip.Append(glyph(from, ulong.Max(from + 1, extent.Length * (cell + 1) / Width)));
        }

        return strip.ToString();
    }
}
