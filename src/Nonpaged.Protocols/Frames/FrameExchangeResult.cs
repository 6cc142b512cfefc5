namespace Nonpaged.Protocols;

/// <summary>What became of frames that one adapter sent to another.</summary>
/// <param name="Length">Bytes of each frame, its header included.</param>
/// <param name="Sent">How many were sent.</param>
/// <param name="Received">How many arrived.</param>
/// <param name="Changed">How many of these had other contents than were sent.</param>
/// <param name="Disordered">How many of these came before one that was sent earlier.</param>
/// <param name="Time">From the first send to the last receipt.</param>
public sealed record FrameExchangeResult(int Length, long Sent, long Received, long Changed, long Disordered, TimeSpan Time)
{
    /// <summary>How many never arrived.</summary>
    public long Lost => Sent - Received;

    /// <summary>Frames in a second.</summary>
    public double FramesPerSecond => Time > TimeSpan.Zero ? Received / Time.TotalSeconds : 0;
}
