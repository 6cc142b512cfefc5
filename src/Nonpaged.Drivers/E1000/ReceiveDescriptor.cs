using System.Runtime.InteropServices;

namespace Nonpaged.Drivers.E1000;

/// <summary>A receive descriptor, 3.2.3.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct ReceiveDescriptor
{
    /// <summary>Status: descriptor done.</summary>
    public const byte DD = 1 << 0;

    /// <summary>Status: end of packet.</summary>
    public const byte EOP = 1 << 1;

    /// <summary>Errors of the frame as a whole: CE, SE, SEQ, CXE and RXE, but not those of checksums of upper layers.</summary>
    public const byte FrameErrors = 0x97;

    public ulong BufferAddress;
    public ushort Length;
    public ushort Checksum;
    public byte Status;
    public byte Errors;
    public ushort Special;
}
