namespace Nonpaged.Verify;

/// <summary>A rule about what a driver does, rather than about a call that it makes.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Handler">The function that is to keep it, as NDIS_MINIPORT_CHARACTERISTICS names it; null for none.</param>
/// <param name="Source">Where it is from.</param>
internal sealed record BehaviourRule(string Name, string? Handler, string Source)
{
    public static BehaviourRule SendLost { get; } = new(
        "frame-not-sent", "SendHandler", "NDIS 5, MiniportSend: a packet is transmitted, or completed with a failure");

    public static BehaviourRule SendChanged { get; } = new(
        "frame-sent-changed", "SendHandler", "NDIS 5, MiniportSend: what the packet's buffers describe goes out, in order");

    public static BehaviourRule SendRefused { get; } = new(
        "frame-refused", "SendHandler", "NDIS 5, OID_GEN_MAXIMUM_TOTAL_SIZE: frames of up to that length are sent");

    public static BehaviourRule SendNotCompleted { get; } = new(
        "send-not-completed", "SendHandler", "NDIS 5, NdisMSendComplete: each packet that pended is completed once");

    public static BehaviourRule NoInterrupt { get; } = new(
        "interrupt-lost", "HandleInterruptHandler",
        "NDIS 5, MiniportHandleInterrupt: it enables the card's interrupts again, as MiniportInitialize did at first");

    public static BehaviourRule InterruptAfterHalt { get; } = new(
        "interrupt-after-halt", "HaltHandler", "NDIS 5, MiniportHalt: the card does not interrupt any more");

    public static BehaviourRule Storm { get; } = new(
        "interrupt-not-acknowledged", "ISRHandler", "NDIS 5, MiniportISR: it dismisses the interrupt on the card");

    public static BehaviourRule Foreign { get; } = new(
        "interrupt-of-others", "ISRHandler", "NDIS 5, MiniportISR: InterruptRecognized is FALSE where the card has not "
            + "interrupted");

    public static BehaviourRule Padding { get; } = new(
        "frame-padding", "SendHandler", "RFC 1042: padding is zeros; other bytes are somebody's data (CVE-2003-0001)");

    public static BehaviourRule Malformed { get; } = new(
        "frame-malformed", null, "RFC 791, 792, 826: lengths, checksums and addresses of what a protocol sends are right");

    public static BehaviourRule SentPadding { get; } = Padding with { Handler = null };

    public static BehaviourRule ReceiveLost { get; } = new(
        "frame-not-received", "HandleInterruptHandler", "NDIS 5, OID_GEN_CURRENT_PACKET_FILTER: what it admits is indicated");

    public static BehaviourRule ReceiveChanged { get; } = new(
        "frame-received-changed", "HandleInterruptHandler", "NDIS 5, NdisMEthIndicateReceive: the frame as it came");

    public static BehaviourRule ReceiveTwice { get; } = new(
        "frame-received-twice", "HandleInterruptHandler", "NDIS 5, NdisMEthIndicateReceive: each frame once");

    public static BehaviourRule Initialize { get; } = new(
        "does-not-initialize", "InitializeHandler", "NDIS 5, MiniportInitialize: after MiniportHalt it is called again, and "
            + "succeeds");

    public static BehaviourRule NoReset { get; } = new(
        "reset-fails", "ResetHandler", "NDIS 5, MiniportReset: the card works after it");

    public static BehaviourRule NoAnswer { get; } = new(
        "does-not-answer", "QueryInformationHandler", "NDIS 5, NdisMQueryInformationComplete: each request that pended is "
            + "completed");

    public static BehaviourRule Power { get; } = new(
        "power", "SetInformationHandler", "NDIS 5, OID_PNP_SET_POWER: the card works after it woke");

    public static BehaviourRule WriteRefused { get; } = new(
        "write-refused", "DispatchWrite", "NDIS 5, OID_GEN_MAXIMUM_TOTAL_SIZE: frames of up to that length are received");

    /// <summary>A request of a program stays where it is.</summary>
    /// <param name="handler">The function that has it.</param>
    public static BehaviourRule RequestNotCompleted(string handler) => new(
        "request-not-completed", handler, "WDK, \"Canceling IRPs\", and IoCompleteRequest: each request is completed once, "
            + "soon where it is cancelled");

    public static BehaviourRule Query(string what) =>
        new($"oid-query/{what}", "QueryInformationHandler", $"NDIS 5, {what}");

    public static BehaviourRule Set(string what) => new($"oid-set/{what}", "SetInformationHandler", $"NDIS 5, {what}");
}
