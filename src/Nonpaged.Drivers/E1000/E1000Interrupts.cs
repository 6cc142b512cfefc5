using static Nonpaged.Drivers.E1000.RegisterBits;

namespace Nonpaged.Drivers.E1000;

/// <summary>The device's interrupts: recognized, switched, and handled.</summary>
internal static unsafe class E1000Interrupts
{
    private const uint Wanted = ICR_TXDW | ICR_LSC | ICR_RXDMT0 | ICR_RXO | ICR_RXT0;

    /// <summary>Reading ICR dismisses the interrupt. All ones come from a device that is gone.</summary>
    public static void Isr(out bool InterruptRecognized, out bool QueueMiniportHandleInterrupt, void* MiniportAdapterContext)
    {
        var adapter = (E1000Adapter*)MiniportAdapterContext;
        uint causes = adapter->Read(Register.ICR);
        InterruptRecognized = QueueMiniportHandleInterrupt = causes != 0 && causes != uint.MaxValue;
        if (!InterruptRecognized) return;
        Disable(adapter);
        adapter->Causes |= causes;
    }

    public static void Disable(void* MiniportAdapterContext) =>
        ((E1000Adapter*)MiniportAdapterContext)->Write(Register.IMC, uint.MaxValue);

    public static void Enable(void* MiniportAdapterContext) =>
        ((E1000Adapter*)MiniportAdapterContext)->Write(Register.IMS, Wanted);

    public static void Handle(void* MiniportAdapterContext)
    {
        var adapter = (E1000Adapter*)MiniportAdapterContext;
        uint causes = adapter->Causes;
        adapter->Causes = 0;
        if ((causes & ICR_LSC) != 0) IndicateLink(adapter);
        if ((causes & ICR_TXDW) != 0) E1000Transmitter.CompleteSends(adapter);
        if ((causes & (ICR_RXT0 | ICR_RXDMT0 | ICR_RXO)) != 0) E1000Receiver.Receive(adapter);
    }

    private static void IndicateLink(E1000Adapter* adapter)
    {
        bool isUp = (adapter->Read(Register.STATUS) & STATUS_LU) != 0;
        if (isUp == adapter->IsLinkUp) return;
        adapter->IsLinkUp = isUp;
        NdisMIndicateStatus(adapter->Handle, isUp ? NDIS_STATUS_MEDIA_CONNECT : NDIS_STATUS_MEDIA_DISCONNECT, null, 0);
        NdisMIndicateStatusComplete(adapter->Handle);
    }
}
