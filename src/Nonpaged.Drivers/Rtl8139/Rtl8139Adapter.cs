namespace Nonpaged.Drivers.Rtl8139;

/// <summary>The adapter's context: all that the driver knows of one adapter, in memory of NdisAllocateMemory.</summary>
internal unsafe struct Rtl8139Adapter
{
    public const uint TransmitDescriptors = 4;
    public const uint TransmitBufferSize = 2048;

    /// <summary>The longest frame with a VLAN tag, without check sequence.</summary>
    public const uint LongestFrame = 1518;

    public NDIS_HANDLE Handle;

    /// <summary>NDIS is Windows NT's, which honours NDIS_MEMORY_CONTIGUOUS.</summary>
    public bool IsWindowsNt;

    /// <summary>
    /// The registers, as NdisMMapIoSpace gave them; by ports they would be the same. A write to memory is
    /// posted, an OUT waits for the device.
    /// </summary>
    public byte* Registers;
    public uint RegistersLength;

    public NDIS_MINIPORT_INTERRUPT Interrupt;
    public bool IsInterruptRegistered;

    /// <summary>How many bits of a physical address the board has lines for.</summary>
    public uint AddressBits;

    /// <summary>RBLEN: 0 to 3, for 8 to 64 KiB.</summary>
    public uint ReceiveLengthCode;
    public DmaBlock ReceiveRing;

    /// <summary>Where the next frame's header is in the ring.</summary>
    public uint ReceiveOffset;

    public DmaBlock TransmitBlock;
    public uint TransmitBuffers;

    /// <summary>Frames given to the device, and frames that it is done with; they use the descriptors in turn.</summary>
    public uint TransmitStarted;
    public uint TransmitDone;
    public uint TransmitDoneBefore;

    /// <summary>The packet that each transmit descriptor sends.</summary>
    public fixed ulong Packets[(int)TransmitDescriptors];

    /// <summary>A frame that wraps around the ring's end is put together here.</summary>
    public fixed byte WrappedFrame[(int)LongestFrame];

    public fixed byte PermanentAddress[6];
    public fixed byte CurrentAddress[6];
    public uint PacketFilter;
    public uint ReceiveConfiguration;
    public ulong MulticastFilter;
    public bool IsLinkUp;
    public AdapterStatistics Statistics;

    /// <summary>The ring's length without the 16 bytes behind it.</summary>
    public readonly uint RingLength => 8192u << (int)ReceiveLengthCode;

    public readonly byte Read8(uint register)
    {
        NdisReadRegisterUchar(Registers + register, out byte value);
        return value;
    }

    public readonly ushort Read16(uint register)
    {
        NdisReadRegisterUshort((ushort*)(Registers + register), out ushort value);
        return value;
    }

    public readonly uint Read32(uint register)
    {
        NdisReadRegisterUlong((uint*)(Registers + register), out uint value);
        return value;
    }

    public readonly void Write8(uint register, byte value) => NdisWriteRegisterUchar(Registers + register, value);

    public readonly void Write16(uint register, ushort value) => NdisWriteRegisterUshort((ushort*)(Registers + register), value);

    public readonly void Write32(uint register, uint value) => NdisWriteRegisterUlong((uint*)(Registers + register), value);
}
