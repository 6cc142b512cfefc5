namespace Nonpaged.Bench;

/// <summary>What a run of "xdp" gives.</summary>
/// <param name="Machine">On what it was measured.</param>
/// <param name="Versions">The peers'.</param>
/// <param name="Rounds">So many turns of each.</param>
/// <param name="Seconds">A turn's length.</param>
/// <param name="Rows">Frames through sockets.</param>
/// <param name="Frames">The frame pool by itself.</param>
internal sealed record XdpResults(
    MachineFacts Machine, IReadOnlyDictionary<string, string> Versions, int Rounds, double Seconds, IReadOnlyList<XdpRow> Rows,
    IReadOnlyList<FramesRow> Frames);
