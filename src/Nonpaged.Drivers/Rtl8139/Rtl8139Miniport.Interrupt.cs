using static Nonpaged.Drivers.Rtl8139.RegisterBits;

namespace Nonpaged.Drivers.Rtl8139;

public static unsafe partial class Rtl8139Miniport
{
    private const ushort ReceiveInterrupts = ISR_ROK | ISR_RER | ISR_RXOVW | ISR_FOVW;

    /// <summary>Masks the interrupt; ISR keeps what happened. All ones come from a device that is gone.</summary>
    private static void Isr(out bool InterruptRecognized, out bool QueueMiniportHandleInterrupt, void* MiniportAdapterContext)
    {
        var adapter = (Rtl8139Adapter*)MiniportAdapterContext;
        var status = adapter->Read16(Register.ISR);
        InterruptRecognized = QueueMiniportHandleInterrupt = (status & Interrupts) != 0 && status != ushort.MaxValue;
        if (InterruptRecognized) DisableInterrupt(adapter);
    }

    private static void DisableInterrupt(void* MiniportAdapterContext) =>
        ((Rtl8139Adapter*)MiniportAdapterContext)->Write16(Register.IMR, 0);

    private static void EnableInterrupt(void* MiniportAdapterContext) =>
        ((Rtl8139Adapter*)MiniportAdapterContext)->Write16(Register.IMR, Interrupts);

    /// <summary>
    /// What was sent is acknowledged before it is looked at, so that what follows raises the line again. What was received is
    /// acknowledged once the ring is drained: an overflow would come back at once. Where the ring does not come to an end the line stays
    /// up, and others get their turn before the next round.
    /// </summary>
    private static void HandleInterrupt(void* MiniportAdapterContext)
    {
        var adapter = (Rtl8139Adapter*)MiniportAdapterContext;
        var status = adapter->Read16(Register.ISR);
        if (status == ushort.MaxValue) return;
        adapter->Write16(Register.ISR, (ushort)(status & ~ReceiveInterrupts));
        if ((status & ISR_PUN) != 0) IndicateLink(adapter);
        if ((status & (ISR_TOK | ISR_TER)) != 0) CompleteSends(adapter);
        if ((status & ReceiveInterrupts) == 0 || !Receive(adapter)) return;
        adapter->Write16(Register.ISR, ReceiveInterrupts);
        // The acknowledgement may have covered frames that came in between: no more than the ring holds.
        Receive(adapter);
    }

    private static void IndicateLink(Rtl8139Adapter* adapter)
    {
        var isUp = (adapter->Read8(Register.MSR) & MSR_LINKB) == 0;
        if (isUp == adapter->IsLinkUp) return;
        adapter->IsLinkUp = isUp;
        NdisMIndicateStatus(adapter->Handle, isUp ? NDIS_STATUS_MEDIA_CONNECT : NDIS_STATUS_MEDIA_DISCONNECT, null, 0);
        NdisMIndicateStatusComplete(adapter->Handle);
    }
}
