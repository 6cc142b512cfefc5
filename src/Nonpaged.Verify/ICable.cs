namespace Nonpaged.Verify;

/// <summary>
/// The other end of an adapter's cable: what the driver sends comes out, and what goes in the driver receives.
/// </summary>
internal interface ICable
{
    /// <summary>Sends a frame to the driver. False where it does not take it, which <see cref="Refusal"/> explains.</summary>
    /// <param name="frame">The frame.</param>
    /// <param name="patience">How long to wait; null for 4 s.</param>
    bool Send(ReadOnlySpan<byte> frame, TimeSpan? patience = null);

    /// <summary>The next frame that the driver sent; null where none comes in time.</summary>
    byte[]? Receive(TimeSpan patience);

    /// <summary>Why the last frame was not taken, and the rule that this breaks.</summary>
    (BehaviourRule Rule, string Message) Refusal { get; }
}
