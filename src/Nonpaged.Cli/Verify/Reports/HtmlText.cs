using System.Globalization;
using System.Text;

namespace Nonpaged.Cli;

/// <summary>Text, times and sizes as the page shows them.</summary>
internal static class HtmlText
{
    private const char Replacement = '\uFFFD';

    /// <summary>
    /// Adds text so that it is only text, in an element as well as in an attribute. Controls and marks that turn the direction
    /// of text are replaced: they would hide what a source or message really says.
    /// </summary>
    public static void Escape(StringBuilder html, string? text)
    {
        if (text is null) return;
        for (int index = 0; index < text.Length; index++)
        {
            char letter = text[index];
            switch (letter)
            {
                case '&': html.Append("&amp;"); break;
                case '<': html.Append("&lt;"); break;
                case '>': html.Append("&gt;"); break;
                case '"': html.Append("&quot;"); break;
                case '\'': html.Append("&#39;"); break;
                case '\t' or '\n': html.Append(letter); break;
                case >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069': html.Append(Replacement); break;
                case var _ when char.IsControl(letter): html.Append(Replacement); break;
                case var _ when char.IsHighSurrogate(letter) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]):
                    html.Append(letter).Append(text[++index]);
                    break;
                case var _ when char.IsSurrogate(letter): html.Append(Replacement); break;
                default: html.Append(letter); break;
            }
        }
    }

    /// <summary>"1 run", "2 runs".</summary>
    public static string Count(int number, string thing) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {thing}{(number == 1 ? "" : "s")}");

    /// <summary>A time with three digits at most: "0 s", "40 µs", "120 ms", "3.42 s", "2 min 5 s".</summary>
    public static string Time(double seconds)
    {
        CultureInfo culture = CultureInfo.InvariantCulture;
        if (seconds <= 0) return "0 s";
        if (seconds < 0.000_999_5) return string.Create(culture, $"{seconds * 1e6:0} µs");
        if (seconds < 0.099_95) return string.Create(culture, $"{seconds * 1e3:0.#} ms");
        if (seconds < 0.999_5) return string.Create(culture, $"{seconds * 1e3:0} ms");
        if (seconds < 9.995) return string.Create(culture, $"{seconds:0.##} s");
        if (seconds < 59.95) return string.Create(culture, $"{seconds:0.#} s");
        long whole = (long)Math.Round(seconds);
        return whole < 3600
            ? string.Create(culture, $"{whole / 60} min {whole % 60} s")
            : string.Create(culture, $"{whole / 3600} h {whole % 3600 / 60} min");
    }

    /// <summary>The file's name, without its folders.</summary>
    public static string FileName(string file) => file[(file.LastIndexOfAny(['/', '\\']) + 1)..];

    /// <summary>"rtl8139.c:312", or the place in the driver's file where the source is not known.</summary>
    public static string Place(FrameDocument frame) => frame.File is null ? frame.Place : Place(frame.File, frame.Line);

    /// <summary>"rtl8139.c:312"; without the line where that is not known.</summary>
    public static string Place(string file, int? line) => line > 0
        ? string.Create(CultureInfo.InvariantCulture, $"{FileName(file)}:{line}")
        : FileName(file);

    /// <summary>Marks of an axis: about <paramref name="most"/> of them, at 1, 2 or 5 of a decimal place.</summary>
    public static IEnumerable<double> Marks(double end, int most)
    {
        if (end <= 0) yield break;
        double rough = end / most;
        double power = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        double step = power * ((rough / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 });
        for (int number = 0; number * step <= end * 1.000_001; number++) yield return number * step;
    }
}
