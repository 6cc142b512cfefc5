namespace Nonpaged.Machines;

/// <summary>
/// I/O ports. Ordered as <see cref="Machine"/> says. A read waits for the device's answer, and a write until the device
/// has acted: an x86 IN or OUT ends before the next instruction begins (Intel SDM, volume 1, "Ordering I/O"). Of a series
/// that holds for its last write.
/// </summary>
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
        foreach (ref byte value in values) value = ReadByte(port);
    }

    /// <summary>Reads 16 bits again and again from one port, in order.</summary>
    public virtual void ReadUInt16s(ushort port, Span<ushort> values)
    {
        foreach (ref ushort value in values) value = ReadUInt16(port);
    }

    /// <summary>Reads 32 bits again and again from one port, in order.</summary>
    public virtual void ReadUInt32s(ushort port, Span<uint> values)
    {
        foreach (ref uint value in values) value = ReadUInt32(port);
    }

    /// <summary>Writes 8 bits again and again to one port, in order.</summary>
    public virtual void WriteBytes(ushort port, ReadOnlySpan<byte> values)
    {
        foreach (byte value in values) WriteByte(port, value);
    }

    /// <summary>Writes 16 bits again and again to one port, in order.</summary>
    public virtual void WriteUInt16s(ushort port, ReadOnlySpan<ushort> values)
    {
        foreach (ushort value in values) WriteUInt16(port, value);
    }

    /// <summary>Writes 32 bits again and again to one port, in order.</summary>
    public virtual void WriteUInt32s(ushort port, ReadOnlySpan<uint> values)
    {
        foreach (uint value in values) WriteUInt32(port, value);
    }

    /// <summary>
    /// These ports for a device that cannot write to memory: a write need not wait for it, since nobody sees the difference
    /// before he reads one of its registers, or looks at its interrupt line after <see cref="Flush"/>. Writes stay in order.
    /// </summary>
    public virtual PortSpace Posted => this;

    /// <summary>Waits until devices have acted on all that was posted.</summary>
    public virtual void Flush()
    {
    }
}
