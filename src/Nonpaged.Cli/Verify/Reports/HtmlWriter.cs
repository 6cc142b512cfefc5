using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Nonpaged.Cli;

/// <summary>
/// The page as it grows. What is put into a hole of <see cref="Add"/> is escaped there, so that no name, message or source of
/// a driver can become markup because somebody forgot.
/// </summary>
internal sealed class HtmlWriter
{
    private readonly StringBuilder _html = new();

    /// <summary>
    /// Adds markup: the text between the holes as it is, the values in them escaped. It is in the page already when this is
    /// called, since the parts of the string were put there one by one.
    /// </summary>
    public HtmlWriter Add([InterpolatedStringHandlerArgument("")] Markup markup) => this;

    /// <summary>Adds what is the program's own: the stylesheet and the script.</summary>
    public void AddOwn(string text) => _html.Append(text);

    public override string ToString() => _html.ToString();

    /// <summary>Puts the parts of an interpolated string into the page.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Markup
    {
        private readonly StringBuilder _html;

        public Markup(int literalLength, int formattedCount, HtmlWriter writer)
        {
            _html = writer._html;
            _html.EnsureCapacity(_html.Length + literalLength + 8 * formattedCount);
        }

        public void AppendLiteral(string text) => _html.Append(text);

        public void AppendFormatted(string? value) => HtmlText.Escape(_html, value);

        public void AppendFormatted(int value) => _html.Append(CultureInfo.InvariantCulture, $"{value}");

        // Coordinates and widths: a hundredth of a unit is finer than any screen.
        public void AppendFormatted(double value) => _html.Append(value.ToString("0.##", CultureInfo.InvariantCulture));
    }
}
