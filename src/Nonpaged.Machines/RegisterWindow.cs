namespace Nonpaged.Machines;

/// <summary>
/// A range of memory-mapped registers. Offsets are in bytes from its start. Ordered as <see cref="Machine"/> says. A write may be
/// posted, as on PCI; a read waits for the device's answer and so flushes the writes before it.
/// </summary>
public abstract class RegisterWindow
{
    /// <summary>The physical address of offset 0.</summary>
    public abstract PhysicalAddress Start { get; }

    /// <summary>Length in bytes.</summary>
    public abstract uint Length { get; }

    /// <summary>Reads 8 bits.</summary>
    public abstract byte ReadByte(uint offset);

    /// <summary>Reads 16 bits; the offset is a multiple of 2.</summary>
    public abstract ushort ReadUInt16(uint offset);

    /// <summary>Reads 32 bits; the offset is a multiple of 4.</summary>
    public abstract uint ReadUInt32(uint offset);

    /// <summary>Writes 8 bits.</summary>
    public abstract void WriteByte(uint offset, byte value);

    /// <summary>Writes 16 bits; the offset is a multiple of 2.</summary>
    public abstract void WriteUInt16(uint offset, ushort value);

    /// <summary>Writes 32 bits; the offset is a multiple of 4.</summary>
    public abstract void WriteUInt32(uint offset, uint value);
}
