using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>An interface's counters, as the network namespace of the process shows them (proc_pid_net(5), dev).</summary>
internal sealed record XdpCounters(XdpTally Received, XdpTally Sent)
{
    private const string Path = "/proc/net/dev";
    private const int Columns = 16;

    /// <summary>Null where there is no such interface.</summary>
    public static XdpCounters? Read(SystemFiles files, string name)
    {
        string start = $"{name}:";
        string? line = files.ReadLines(Path).Select(one => one.TrimStart())
            .FirstOrDefault(one => one.StartsWith(start, StringComparison.Ordinal))?[start.Length..];
        string[] words = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (words.Length < Columns) return null;
        long[] numbers = [.. words.Select(word => long.Parse(word, CultureInfo.InvariantCulture))];
        return new XdpCounters(Tally(numbers.AsSpan(0, 4)), Tally(numbers.AsSpan(8, 4)));
    }

    // Bytes, packets, errs, drop.
    private static XdpTally Tally(ReadOnlySpan<long> numbers) => new(numbers[1], numbers[0], numbers[3], numbers[2]);
}
