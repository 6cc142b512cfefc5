using System.Globalization;

namespace DirectReads;

/// <summary>What the command line asks for.</summary>
internal sealed record Options
{
    public const string Usage = "usage: DirectReads [--folder F] [--seconds N] [--rounds N] [--quick]";

    /// <summary>Where the file is made.</summary>
    public string Folder { get; private set; } = Environment.CurrentDirectory;

    /// <summary>How long each measurement takes.</summary>
    public double Seconds { get; private set; } = 1;

    /// <summary>How often each way is measured, in turns with the others.</summary>
    public int Rounds { get; private set; } = 5;

    /// <summary>Of the file, in bytes.</summary>
    public long FileLength { get; private set; } = 1L << 30;

    /// <exception cref="FormatException">An argument is none of the above.</exception>
    public static Options Parse(string[] arguments)
    {
        var options = new Options();
        for (int i = 0; i < arguments.Length; i++)
        {
            switch (arguments[i])
            {
                case "--folder": options.Folder = Value(arguments, ++i); break;
                case "--seconds": options.Seconds = Positive(Value(arguments, ++i)); break;
                case "--rounds": options.Rounds = (int)double.Ceiling(Positive(Value(arguments, ++i))); break;
                case "--quick": (options.Seconds, options.Rounds, options.FileLength) = (0.02, 1, 8 << 20); break;
                default: throw new FormatException(Usage);
            }
        }

        return options;
    }

    private static string Value(string[] arguments, int index) =>
        index < arguments.Length ? arguments[index] : throw new FormatException(Usage);

    private static double Positive(string text) =>
        double.TryParse(text, CultureInfo.InvariantCulture, out double value) && value is > 0 and < 1e6
            ? value
            : throw new FormatException(Usage);
}
