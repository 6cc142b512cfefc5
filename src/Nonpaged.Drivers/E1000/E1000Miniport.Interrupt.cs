using static Nonpaged.Drivers.E1000.RegisterBits;

namespace Nonpaged.Drivers.E1000;

public static unsafe partial class E1000Miniport
{
    /// <summary>Reading ICR dismisses the interrupt. All ones come from a device that is gone.</summary>
    private static void Isr(out bool InterruptRecognized, out bool QueueMiniportHandleInterrupt, void* MiniportAdapterContext)
    {
        var adapter = (E1000Adapter*)MiniportAdapterContext;
        var causes = adapter->Read(Register.ICR);
        InterruptRecognized = QueueMiniportHandleInterrupt = causes != 0 && causes != uint.MaxValue;
        if (!InterruptRecognized) return;
        DisableInterrupt(adapter);
        adapter->Causes |= causes;
    }

    private static void DisableInterrupt(void* MiniportAdapterContext) =>
        ((E1000Adapter*)MiniportAdapterContext)->Write(Register.IMC, uint.MaxValue);

    private static void EnableInterrupt(void* MiniportAdapterContext) =>
        ((E1000Adapter*)MiniportAdapterContext)->Write(Register.IMS, Interrupts);

    private static void HandleInterrupt(void* MiniportAdapterContext)
    {
        var adapter = (E1000Adapter*)MiniportAdapterContext;
        var causes = adapter->Causes;
        adapter->Causes = 0;
        if ((causes & ICR_LSC) != 0) IndicateLink(adapter);
        if ((causes & ICR_TXDW) != 0) CompleteSends(adapter);
        if ((causes & (ICR_RXT0 | ICR_RXDMT0 | ICR_RXO)) != 0) Receive(adapter);
    }

    private static void IndicateLink(E1000Adapter* adapter)
    {
        var isUp = (adapter->Read(Register.STATUS) & STATUS_LU) != 0;
        if (isUp == adapter->IsLinkUp) return;
        adapter->IsLinkUp = isUp;
        NdisMIndicateStatus(adapter->Handle, isUp ? NDIS_STATUS_MEDIA_CONNECT : NDIS_STATUS_MEDIA_DISCONNECT, null, 0);
        NdisMIndicateStatusComplete(adapter->Handle);
    }
}
