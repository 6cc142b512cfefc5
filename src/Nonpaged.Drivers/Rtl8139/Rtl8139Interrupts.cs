using static Nonpaged.Drivers.Rtl8139.RegisterBits;

namespace Nonpaged.Drivers.Rtl8139;

/// <summary>The device's interrupts: recognized, switched, and handled.</summary>
internal static unsafe class Rtl8139Interrupts
{
    private const ushort Wanted = ISR_ROK | ISR_RER | ISR_TOK | ISR_TER | ISR_RXOVW | ISR_PUN | ISR_FOVW;

    private const ushort ReceiveInterrupts = ISR_ROK | ISR_RER | ISR_RXOVW | ISR_FOVW;

    /// <summary>Masks the interrupt; ISR keeps what happened. All ones come from a device that is gone.</summary>
    public static void Isr(out bool InterruptRecognized, out bool QueueMiniportHandleInterrupt, void* MiniportAdapterContext)
    {
        var adapter = (Rtl8139Adapter*)MiniportAdapterContext;
        ushort status = adapter->Read16(Register.ISR);
        InterruptRecognized = QueueMiniportHandleInterrupt = (status & Wanted) != 0 && status != ushort.MaxValue;
        if (InterruptRecognized) Disable(adapter);
    }

    public static void Disable(void* MiniportAdapterContext) =>
        ((Rtl8139Adapter*)MiniportAdapterContext)->Write16(Register.IMR, 0);

    public static void Enable(void* MiniportAdapterContext) =>
        ((Rtl8139Adapter*)MiniportAdapterContext)->Write16(Register.IMR, Wanted);

    /// <summary>
    /// What was sent is acknowledged before it is looked at, so that what follows raises the line again. What was received is
    /// acknowledged once the ring is drained: an overflow would come back at once. Where the ring does not come to an end the
    /// line stays up, and others get their turn before the next round.
    /// </summary>
    public static void Handle(void* MiniportAdapterContext)
    {
        var adapter = (Rtl8139Adapter*)MiniportAdapterContext;
        ushort status = adapter->Read16(Register.ISR);
        if (status == ushort.MaxValue) return;
        adapter->Write16(Register.ISR, (ushort)(status & ~ReceiveInterrupts));
        if ((status & ISR_PUN) != 0) IndicateLink(adapter);
        if ((status & (ISR_TOK | ISR_TER)) != 0) Rtl8139Transmitter.CompleteSends(adapter);
        if ((status & ReceiveInterrupts) == 0 || !Rtl8139Receiver.Receive(adapter)) return;
        adapter->Write16(Register.ISR, ReceiveInterrupts);
        // The acknowledgement may have covered frames that came in between: no more than the ring holds.
        Rtl8139Receiver.Receive(adapter);
    }

    private static void IndicateLink(Rtl8139Adapter* adapter)
    {
        bool isUp = (adapter->Read8(Register.MSR) & MSR_LINKB) == 0;
        if (isUp == adapter->IsLinkUp) return;
        adapter->IsLinkUp = isUp;
        NdisMIndicateStatus(adapter->Handle, isUp ? NDIS_STATUS_MEDIA_CONNECT : NDIS_STATUS_MEDIA_DISCONNECT, null, 0);
        NdisMIndicateStatusComplete(adapter->Handle);
    }
}
