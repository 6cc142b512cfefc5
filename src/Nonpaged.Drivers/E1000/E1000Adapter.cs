namespace Nonpaged.Drivers.E1000;

/// <summary>The adapter's context: all that the driver knows of one adapter, in memory of NdisAllocateMemory.</summary>
internal unsafe struct E1000Adapter
{
    public const uint MostDescriptors = 256;
    public const uint FewestDescriptors = 8;
    public const uint BufferSize = 2048;

    public NDIS_HANDLE Handle;

    /// <summary>NDIS is Windows NT's, which honours NDIS_MEMORY_CONTIGUOUS.</summary>
    public bool IsWindowsNt;

    /// <summary>The registers, mapped.</summary>
    public byte* Registers;
    public uint RegistersLength;

    public NDIS_MINIPORT_INTERRUPT Interrupt;
    public bool IsInterruptRegistered;

    /// <summary>What the ISR read from ICR and MiniportHandleInterrupt has not handled.</summary>
    public uint Causes;

    public uint Descriptors;

    public DmaBlock ReceiveRing;
    public DmaBlock ReceiveBuffers;

    /// <summary>The descriptor that the device fills next.</summary>
    public uint ReceiveNext;

    /// <summary>The rest of a frame that spans more than one buffer, and so is too long, is being skipped.</summary>
    public bool IsSkippingFrame;

    public DmaBlock TransmitRing;
    public DmaBlock TransmitBuffers;

    /// <summary>The descriptor for the next frame, and the oldest one that the device has not done.</summary>
    public uint TransmitNext;
    public uint TransmitDone;

    /// <summary>The oldest descriptor at the last look, for MiniportCheckForHang.</summary>
    public uint TransmitDoneBefore;

    /// <summary>The packet that each transmit descriptor sends.</summary>
    public fixed ulong Packets[(int)MostDescriptors];

    public fixed byte PermanentAddress[6];
    public fixed byte CurrentAddress[6];
    public uint PacketFilter;
    public uint ReceiveControl;
    public bool IsLinkUp;
    public AdapterStatistics Statistics;

    public readonly ReceiveDescriptor* ReceiveDescriptors => (ReceiveDescriptor*)ReceiveRing.Address;

    public readonly TransmitDescriptor* TransmitDescriptors => (TransmitDescriptor*)TransmitRing.Address;

    public readonly uint Following(uint descriptor) => (descriptor + 1) % Descriptors;

    public readonly uint Read(uint register)
    {
        NdisReadRegisterUlong((uint*)(Registers + register), out uint value);
        return value;
    }

    public readonly void Write(uint register, uint value) => NdisWriteRegisterUlong((uint*)(Registers + register), value);
}
