namespace Nonpaged.Verify;

/// <summary>The cable of a card's model.</summary>
internal sealed class CardCable(FrameWire wire) : ICable
{
    public (BehaviourRule Rule, string Message) Refusal => (
        BehaviourRule.ReceiveLost,
        "The card has taken no frame for some seconds: its ring is full, and the driver does not empty it.");

    public bool Send(ReadOnlySpan<byte> frame, TimeSpan? patience = null) => wire.Send(frame, patience);

    public byte[]? Receive(TimeSpan patience) => wire.Receive(patience);
}
