using static Nonpaged.Drivers.E1000.RegisterBits;

namespace Nonpaged.Drivers.E1000;

/// <summary>The device itself: how it is stopped, started, reset and watched.</summary>
internal static unsafe class E1000Hardware
{
    public const uint MulticastWords = 128;

    /// <summary>Resets the device, 14.3: it forgets its rings, and neither reads nor writes memory nor raises its line.</summary>
    public static void Stop(E1000Adapter* adapter)
    {
        adapter->Write(Register.IMC, uint.MaxValue);
        adapter->Write(Register.RCTL, 0);
        adapter->Write(Register.TCTL, 0);
        // The read makes sure that the device has stopped its receiver and transmitter before it is reset.
        adapter->Read(Register.STATUS);
        adapter->Write(Register.CTRL, adapter->Read(Register.CTRL) | CTRL_RST);
        NdisMSleep(1000);
        adapter->Write(Register.IMC, uint.MaxValue);
        adapter->Read(Register.ICR);
    }

    /// <summary>Brings up link, rings and transmitter. The receiver waits for a packet filter.</summary>
    public static void Start(E1000Adapter* adapter)
    {
        adapter->Write(Register.CTRL, adapter->Read(Register.CTRL) | CTRL_SLU | CTRL_ASDE);
        WriteCurrentAddress(adapter);
        for (uint word = 0u; word < MulticastWords; word++) adapter->Write(Register.MTA + (4 * word), 0);
        StartReceiveRing(adapter);
        StartTransmitRing(adapter);
        adapter->ReceiveControl = 0;
        adapter->IsLinkUp = (adapter->Read(Register.STATUS) & STATUS_LU) != 0;
    }

    /// <summary>14.4: every descriptor has its buffer; the device owns all but the last one.</summary>
    private static void StartReceiveRing(E1000Adapter* adapter)
    {
        for (uint index = 0u; index < adapter->Descriptors; index++)
        {
            adapter->ReceiveDescriptors[index] = new ReceiveDescriptor
            {
                BufferAddress = adapter->ReceiveBuffers.PhysicalAt(index * E1000Adapter.BufferSize),
            };
        }

        adapter->ReceiveNext = 0;
        adapter->IsSkippingFrame = false;
        ulong start = adapter->ReceiveRing.PhysicalAt(0);
        adapter->Write(Register.RDBAL, (uint)start);
        adapter->Write(Register.RDBAH, (uint)(start >> 32));
        adapter->Write(Register.RDLEN, adapter->ReceiveRing.Length);
        adapter->Write(Register.RDTR, 0);
        adapter->Write(Register.RDH, 0);
        adapter->Write(Register.RDT, adapter->Descriptors - 1);
    }

    /// <summary>14.5.</summary>
    private static void StartTransmitRing(E1000Adapter* adapter)
    {
        NdisZeroMemory(adapter->TransmitRing.Address, adapter->TransmitRing.Length);
        NdisZeroMemory(adapter->Packets, E1000Adapter.MostDescriptors * sizeof(ulong));
        adapter->TransmitNext = adapter->TransmitDone = adapter->TransmitDoneBefore = 0;
        ulong start = adapter->TransmitRing.PhysicalAt(0);
        adapter->Write(Register.TDBAL, (uint)start);
        adapter->Write(Register.TDBAH, (uint)(start >> 32));
        adapter->Write(Register.TDLEN, adapter->TransmitRing.Length);
        adapter->Write(Register.TDH, 0);
        adapter->Write(Register.TDT, 0);
        adapter->Write(Register.TIPG, TIPG_COPPER);
        adapter->Write(Register.TCTL, TCTL_EN | TCTL_PSP | TCTL_CT_COLD);
    }

    /// <summary>The address is in the EEPROM's first three words, low byte first, 5.6.</summary>
    public static bool ReadPermanentAddress(E1000Adapter* adapter)
    {
        for (uint word = 0u; word < 3; word++)
        {
            adapter->Write(Register.EERD, EERD_START | (word << EERD_ADDR_SHIFT));
            uint value = adapter->Read(Register.EERD);
            for (int tries = 0; (value & EERD_DONE) == 0 && tries < 1000; tries++)
            {
                NdisStallExecution(10);
                value = adapter->Read(Register.EERD);
            }

            if ((value & EERD_DONE) == 0 || value == uint.MaxValue) return false;
            ((ushort*)adapter->PermanentAddress)[word] = (ushort)(value >> EERD_DATA_SHIFT);
        }

        return true;
    }

    private static void WriteCurrentAddress(E1000Adapter* adapter)
    {
        uint low = *(uint*)adapter->CurrentAddress;
        ushort high = *(ushort*)(adapter->CurrentAddress + 4);
        adapter->Write(Register.RAL0, low);
        adapter->Write(Register.RAH0, high | RAH_AV);
    }

    /// <summary>A transmitter that has frames and has finished none between two looks hangs.</summary>
    public static bool CheckForHang(void* MiniportAdapterContext)
    {
        var adapter = (E1000Adapter*)MiniportAdapterContext;
        bool hangs = adapter->TransmitDone != adapter->TransmitNext
            && adapter->TransmitDone == adapter->TransmitDoneBefore
            && adapter->TransmitDescriptors[adapter->TransmitDone].Status == 0
            && adapter->IsLinkUp;
        adapter->TransmitDoneBefore = adapter->TransmitDone == adapter->TransmitNext ? uint.MaxValue : adapter->TransmitDone;
        return hangs;
    }

    public static NDIS_STATUS Reset(out bool AddressingReset, void* MiniportAdapterContext)
    {
        var adapter = (E1000Adapter*)MiniportAdapterContext;
        adapter->Write(Register.IMC, uint.MaxValue);
        adapter->Write(Register.CTRL, adapter->Read(Register.CTRL) | CTRL_RST);
        // MiniportReset runs at DISPATCH_LEVEL, where it may not sleep. The reset takes a microsecond, 13.4.1.
        NdisStallExecution(50);
        adapter->Write(Register.IMC, uint.MaxValue);
        adapter->Read(Register.ICR);
        Start(adapter);
        E1000Interrupts.Enable(adapter);
        AddressingReset = true;
        return NDIS_STATUS_SUCCESS;
    }
}
