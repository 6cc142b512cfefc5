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

    /// <summary>Reads 8 bits again and again from one port, in order.</summary>
    public virtual void ReadBytes(ushort port, Span<byte> values)
    {
        foreach (ref var value in values) value = ReadByte(port);
    }

    /// <summary>Reads 16 bits again and again from one port, in order.</summary>
    public virtual void ReadUInt16s(ushort port, Span<ushort> values)
    {
        foreach (ref var value in values) value = ReadUInt16(port);
    }

    /// <summary>Reads 32 bits again and again from one port, in order.</summary>
    public virtual void ReadUInt32s(ushort port, Span<uint> values)
    {
        foreach (ref var value in values) value = ReadUInt32(port);
    }
}
