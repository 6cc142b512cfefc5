using System.Globalization;

namespace Nonpaged.Bench;

/// <summary>What a program counted in one turn.</summary>
/// <param name="Frames">Frames that were sent, received or sent back.</param>
/// <param name="Seconds">For so long.</param>
/// <param name="User">Processor time of the process in that time, in seconds.</param>
/// <param name="System">The kernel's for it.</param>
internal sealed record XdpTurn(long Frames, double Seconds, double User, double System)
{
    /// <summary>Frames a second.</summary>
    public double Rate => Frames / Seconds;

    public double UserMicroseconds => User * 1e6 / Frames;

    public double SystemMicroseconds => System * 1e6 / Frames;

    /// <param name="line">"FRAMES SECONDS USER SYSTEM".</param>
    public static XdpTurn Parse(string line)
    {
        string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 4) throw new BenchException($"\"{line}\" is no result of a turn.");
        long frames = long.Parse(words[0], CultureInfo.InvariantCulture);
        if (frames == 0) throw new BenchException("No frame went through in a turn.");
        return new XdpTurn(frames, Format.Parse(words[1]), Format.Parse(words[2]), Format.Parse(words[3]));
    }
}
