using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>Whole numbers within bounds.</summary>
internal static class Number
{
    /// <summary>Reads a number.</summary>
    /// <exception cref="CommandException">The text is no whole number, or one out of bounds.</exception>
    public static int Parse(string option, string text, int least, int most) => (int)Parse(option, text, (long)least, most);

    /// <inheritdoc cref="Parse(string, string, int, int)"/>
    public static long Parse(string option, string text, long least, long most)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) && number >= least
            && number <= most)
        {
            return number;
        }

        throw new CommandException(
            $"{option} '{text}' is not a whole number from {least} to {most}.",
            $"{option} takes {least} to {most}",
            $"write, say, {option} {Math.Max(least, 10)}");
    }
}
