using System.Runtime.InteropServices;

namespace Nonpaged.Drivers.E1000;

/// <summary>A legacy transmit descriptor, 3.3.3.</summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
internal struct TransmitDescriptor
{
    /// <summary>Command: end of packet.</summary>
    public const byte EOP = 1 << 0;

    /// <summary>Command: insert the check sequence.</summary>
    public const byte IFCS = 1 << 1;

    /// <summary>Command: report status.</summary>
    public const byte RS = 1 << 3;

    /// <summary>Status: descriptor done.</summary>
    public const byte DD = 1 << 0;

    /// <summary>Status: excess collisions, late collision.</summary>
    public const byte TransmitErrors = 0x06;

    public ulong BufferAddress;
    public ushort Length;
    public byte ChecksumOffset;
    public byte Command;
    public byte Status;
    public byte ChecksumStart;
    public ushort Special;
}
