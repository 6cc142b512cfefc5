using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>Sizes as people write them: 4096, 64K, 2M, 1G, 4KiB, 0x1000. K, M, G and T are powers of 1024.</summary>
internal static class Size
{
    private const string Forms = "4096, 64K, 2M, 1G, 4KiB or 0x1000";

    /// <summary>Reads a size in bytes.</summary>
    /// <exception cref="CommandException">The text is no size, or one beyond 64 bits.</exception>
    public static ulong Parse(string option, string text)
    {
        string digits = text;
        ulong unit = 1;
        NumberStyles style = NumberStyles.None;
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            (digits, style) = (text[2..], NumberStyles.AllowHexSpecifier);
        }
        else
        {
            int end = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
            if (end >= 0) (digits, unit) = (text[..end], Unit(option, text, text[end..]));
        }

        if (digits.Length == 0 || !UInt128.TryParse(digits, style, CultureInfo.InvariantCulture, out UInt128 number))
            throw NoSize(option, text);
        if (number > ulong.MaxValue / unit)
        {
            throw new CommandException(
                $"{option} {text} is more than 64 bits can count.",
                $"the largest size is {ulong.MaxValue} bytes",
                $"give a smaller {option}");
        }

        return (ulong)number * unit;
    }

    /// <summary>A size in the largest unit that divides it: 2 MiB, 32784 B.</summary>
    public static string Format(ulong bytes)
    {
        ReadOnlySpan<string> units = ["B", "KiB", "MiB", "GiB", "TiB"];
        int unit = 0;
        while (bytes > 0 && bytes % 1024 == 0 && unit < units.Length - 1)
        {
            bytes /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{bytes} {units[unit]}");
    }

    private static ulong Unit(string option, string text, string suffix)
    {
        string letter = suffix.EndsWith("iB", StringComparison.OrdinalIgnoreCase) ? suffix[..^2] : suffix;
        return letter.ToUpperInvariant() switch
        {
            "K" => 1UL << 10,
            "M" => 1UL << 20,
            "G" => 1UL << 30,
            "T" => 1UL << 40,
            "KB" or "MB" or "GB" or "TB" => throw new CommandException(
                $"{option} {text} may mean powers of 1000 or of 1024.",
                $"sizes are written {Forms}",
                $"write {option} {text[..^1]}"),
            _ => throw NoSize(option, text),
        };
    }

    private static CommandException NoSize(string option, string text) =>
        new($"{option} '{text}' is not a size.", $"sizes are written {Forms}", $"write, say, {option} 64K");
}
