namespace Nonpaged.Cli;

/// <summary>What an interface counts in one direction.</summary>
/// <param name="Packets">Packets.</param>
/// <param name="Bytes">Their bytes.</param>
/// <param name="Dropped">Packets that were dropped.</param>
/// <param name="Errors">Packets that were bad.</param>
internal sealed record XdpTally(long Packets, long Bytes, long Dropped, long Errors)
{
    /// <summary>How many for each second.</summary>
    public XdpTally Rate(XdpTally before, TimeSpan time) => new(
        Rate(Packets, before.Packets, time), Rate(Bytes, before.Bytes, time), Rate(Dropped, before.Dropped, time),
        Rate(Errors, before.Errors, time));

    // A driver may start its counters again.
    private static long Rate(long now, long before, TimeSpan time) =>
        (long)Math.Round(Math.Max(0, now - before) / time.TotalSeconds);
}
