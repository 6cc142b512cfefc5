using System.Globalization;

namespace Nonpaged.Bench;

/// <summary>Numbers as they go between processes and into results.</summary>
internal static class Format
{
    public static string Number(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    public static double Parse(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>As exact as a measurement is: a thousandth.</summary>
    public static double Round(double value) => Math.Round(value, 3);

    /// <summary>Three digits, as a person reads it.</summary>
    public static string Short(double? value) => value switch
    {
        null => "–",
        >= 100 => value.Value.ToString("0", CultureInfo.InvariantCulture),
        >= 10 => value.Value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.Value.ToString("0.00", CultureInfo.InvariantCulture),
    };

    public static string ShortRatio(double? value) => value?.ToString("0.00", CultureInfo.InvariantCulture) ?? "–";

    public static double Ratio(double ours, double peer) => Math.Round(ours / peer, ours / peer < 0.1 ? 5 : 3);

    /// <summary>A block's length: in whole units where it is one.</summary>
    public static string Length(int? size) => size switch
    {
        null => "–",
        >= 1 << 20 when size % (1 << 20) == 0 => $"{size >> 20} MiB",
        >= 1 << 16 when size % (1 << 10) == 0 => $"{size >> 10} KiB",
        _ => $"{size} B",
    };

    public static string Bytes(long size) => size >= 1 << 30 ? $"{size >> 30} GiB" : $"{size >> 20} MiB";
}
