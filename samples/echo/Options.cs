using System.Globalization;

namespace Echo;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    private const string Usage = "usage: Echo [--memory nonpaged|shared] [--seconds N] [--bytes N]";

    /// <summary>Whose memory the pipes use: nonpaged or shared.</summary>
    public string Memory { get; private set; } = "nonpaged";

    /// <summary>How long is measured.</summary>
    public double Seconds { get; private set; } = 2;

    /// <summary>Of a message: 8, for its number, to 1 MiB.</summary>
    public int Bytes { get; private set; } = 4096;

    /// <exception cref="FormatException">An argument is none of the above.</exception>
    public static Options Parse(string[] arguments)
    {
        var options = new Options();
        for (int i = 0; i < arguments.Length; i += 2)
        {
            string value = i + 1 < arguments.Length ? arguments[i + 1] : throw new FormatException(Usage);
            switch (arguments[i])
            {
                case "--memory" when value is "nonpaged" or "shared": options.Memory = value; break;
                case "--seconds": options.Seconds = Number(value, 0.001, 3600); break;
                case "--bytes": options.Bytes = (int)Number(value, sizeof(long), 1 << 20); break;
                default: throw new FormatException(Usage);
            }
        }

        return options;
    }

    private static double Number(string text, double least, double most) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out double value) && value >= least && value <= most
            ? value
            : throw new FormatException(Usage);
}
