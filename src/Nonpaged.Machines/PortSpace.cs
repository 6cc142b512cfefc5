namespace Nonpaged.Machines;

/// <summary>I/O ports. Ordered as <see cref="Machine"/> says. A write may be posted; a read waits for the device's answer.</summary>
public abstract class PortSpace
{
    /// <summary>Reads 8 bits.</summary>
    public abstract byte ReadByte(ushort port);

    /// <summary>Reads 16 bits.</summary>
    public abstract ushort ReadUInt16(ushort port);

    /// <summary>Reads 32 bits.</summary>
    public abstract uint ReadUInt32(ushort port);

    /// <summary>Writes 8 bits.</summary>
    public abstract void WriteByte(ushort port, byte value);

    /// <summary>Writes 16 bits.</summary>
    public abstract void WriteUInt16(ushort port, ushort value);

    /// <summary>Writes 32 bits.</summary>
    public abstract void WriteUInt32(ushort port, uint value);
}
