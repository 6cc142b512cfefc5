using System.Buffers.Binary;

namespace Nonpaged.Machines.Pci;

/// <summary>
/// Configuration space by mechanism 1: the address goes to port 0xcf8, the data passes through 0xcfc (PCI Local Bus 3.0, section
/// 3.2.2.3.2). The two accesses belong together, so they are made under a lock.
/// </summary>
internal sealed class PciConfiguration(PortSpace ports)
{
    private const ushort AddressPort = 0xcf8;
    private const ushort DataPort = 0xcfc;
    private const uint Enable = 0x8000_0000;
    private const int SpaceLength = 256;

    private readonly Lock _lock = new();

    public byte ReadByte(PciLocation location, int offset)
    {
        Span<byte> value = stackalloc byte[1];
        Read(location, offset, value);
        return value[0];
    }

    public ushort ReadUInt16(PciLocation location, int offset)
    {
        Span<byte> value = stackalloc byte[2];
        Read(location, offset, value);
        return BinaryPrimitives.ReadUInt16LittleEndian(value);
    }

    public uint ReadUInt32(PciLocation location, int offset)
    {
        Span<byte> value = stackalloc byte[4];
        Read(location, offset, value);
        return BinaryPrimitives.ReadUInt32LittleEndian(value);
    }

    public void WriteByte(PciLocation location, int offset, byte value) => Write(location, offset, [value]);

    public void WriteUInt16(PciLocation location, int offset, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        Write(location, offset, bytes);
    }

    public void WriteUInt32(PciLocation location, int offset, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Write(location, offset, bytes);
    }

    /// <summary>Reads with the widest accesses that the alignment allows.</summary>
    public void Read(PciLocation location, int offset, Span<byte> destination)
    {
        CheckRange(offset, destination.Length);
        while (destination.Length > 0)
        {
            int width = Width(offset, destination.Length);
            lock (_lock)
            {
                ushort port = Select(location, offset);
                switch (width)
                {
                    case 4: BinaryPrimitives.WriteUInt32LittleEndian(destination, ports.ReadUInt32(port)); break;
                    case 2: BinaryPrimitives.WriteUInt16LittleEndian(destination, ports.ReadUInt16(port)); break;
                    default: destination[0] = ports.ReadByte(port); break;
                }
            }

            destination = destination[width..];
            offset += width;
        }
    }

    /// <summary>Writes with the widest accesses that the alignment allows: a register must not be written in parts.</summary>
    public void Write(PciLocation location, int offset, ReadOnlySpan<byte> source)
    {
        CheckRange(offset, source.Length);
        while (source.Length > 0)
        {
            int width = Width(offset, source.Length);
            lock (_lock)
            {
                ushort port = Select(location, offset);
                switch (width)
                {
                    case 4: ports.WriteUInt32(port, BinaryPrimitives.ReadUInt32LittleEndian(source)); break;
                    case 2: ports.WriteUInt16(port, BinaryPrimitives.ReadUInt16LittleEndian(source)); break;
                    default: ports.WriteByte(port, source[0]); break;
                }
            }

            source = source[width..];
            offset += width;
        }
    }

    private static void CheckRange(int offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, SpaceLength - offset, nameof(offset));
    }

    private static int Width(int offset, int length) =>
        offset % 4 == 0 && length >= 4 ? 4 : offset % 2 == 0 && length >= 2 ? 2 : 1;

    private ushort Select(PciLocation location, int offset)
    {
        uint address = Enable
            | ((uint)location.Bus << 16) | ((uint)location.Device << 11) | ((uint)location.Function << 8) | ((uint)offset & 0xfc);
        ports.WriteUInt32(AddressPort, address);
        return (ushort)(DataPort + (offset & 3));
    }
}
