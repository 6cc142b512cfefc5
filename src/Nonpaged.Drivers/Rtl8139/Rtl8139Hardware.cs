using static Nonpaged.Drivers.Rtl8139.RegisterBits;

namespace Nonpaged.Drivers.Rtl8139;

/// <summary>The device itself: how it is stopped, started, reset and watched.</summary>
internal static unsafe class Rtl8139Hardware
{
    /// <summary>
    /// Resets the device: it neither reads nor writes memory nor raises its line. The reset clears its own bit when it is done.
    /// </summary>
    public static void Stop(Rtl8139Adapter* adapter)
    {
        adapter->Write16(Register.IMR, 0);
        adapter->Write8(Register.CR, CR_RST);
        for (int tries = 0; (adapter->Read8(Register.CR) & CR_RST) != 0 && tries < 1000; tries++) NdisStallExecution(10);
        adapter->Write16(Register.ISR, ushort.MaxValue);
    }

    /// <summary>
    /// Transmitter and receiver are enabled before they are configured, as the data sheet demands (6.6). With no packet filter
    /// set the receiver takes nothing.
    /// </summary>
    public static void Start(Rtl8139Adapter* adapter)
    {
        WriteCurrentAddress(adapter);
        adapter->TransmitStarted = adapter->TransmitDone = 0;
        adapter->TransmitDoneBefore = uint.MaxValue;
        NdisZeroMemory(adapter->Packets, Rtl8139Adapter.TransmitDescriptors * sizeof(ulong));
        adapter->ReceiveConfiguration = RCR_WHOLE_FRAMES | (adapter->ReceiveLengthCode << RCR_RBLEN_SHIFT);
        RestartReceiver(adapter);
        adapter->Write32(Register.TCR, TCR_NORMAL);
        adapter->Write32(Register.MPC, 0);
        adapter->IsLinkUp = (adapter->Read8(Register.MSR) & MSR_LINKB) == 0;
    }

    /// <summary>
    /// Begins with an empty ring. It follows a change of RCR, too, after which the device may start at the ring's beginning.
    /// </summary>
    public static void RestartReceiver(Rtl8139Adapter* adapter)
    {
        adapter->Write8(Register.CR, CR_TE);
        adapter->Write8(Register.CR, CR_TE | CR_RE);
        adapter->Write32(Register.RBSTART, (uint)adapter->ReceiveRing.PhysicalAt(0));
        adapter->Write32(Register.RCR, adapter->ReceiveConfiguration);
        adapter->Write32(Register.MAR0, (uint)adapter->MulticastFilter);
        adapter->Write32(Register.MAR0 + 4, (uint)(adapter->MulticastFilter >> 32));
        adapter->ReceiveOffset = 0;
        WriteReadPointer(adapter);
    }

    /// <summary>CAPR is 16 bytes behind the driver, and 0xfff0 at the ring's beginning.</summary>
    public static void WriteReadPointer(Rtl8139Adapter* adapter) =>
        adapter->Write16(Register.CAPR, (ushort)(adapter->ReceiveOffset - 16));

    /// <summary>The device loads the address from its EEPROM into IDR at a reset.</summary>
    public static void ReadPermanentAddress(Rtl8139Adapter* adapter)
    {
        for (uint index = 0u; index < 6; index++)
            adapter->PermanentAddress[index] = adapter->CurrentAddress[index] = adapter->Read8(Register.IDR0 + index);
    }

    private static void WriteCurrentAddress(Rtl8139Adapter* adapter)
    {
        adapter->Write8(Register.CR9346, CR9346_UNLOCKED);
        adapter->Write32(Register.IDR0, *(uint*)adapter->CurrentAddress);
        adapter->Write32(Register.IDR0 + 4, *(ushort*)(adapter->CurrentAddress + 4));
        adapter->Write8(Register.CR9346, CR9346_LOCKED);
    }

    /// <summary>A transmitter that has frames and has finished none between two looks hangs.</summary>
    public static bool CheckForHang(void* MiniportAdapterContext)
    {
        var adapter = (Rtl8139Adapter*)MiniportAdapterContext;
        bool isBusy = adapter->TransmitDone != adapter->TransmitStarted;
        bool hangs = isBusy && adapter->TransmitDone == adapter->TransmitDoneBefore && adapter->IsLinkUp;
        adapter->TransmitDoneBefore = isBusy ? adapter->TransmitDone : uint.MaxValue;
        return hangs;
    }

    public static NDIS_STATUS Reset(out bool AddressingReset, void* MiniportAdapterContext)
    {
        var adapter = (Rtl8139Adapter*)MiniportAdapterContext;
        Stop(adapter);
        Start(adapter);
        Rtl8139Interrupts.Enable(adapter);
        AddressingReset = true;
        return NDIS_STATUS_SUCCESS;
    }
}
