namespace Nonpaged.Machines;

/// <summary>
/// Registers in mapped memory. The kernel maps them uncached: x86 keeps such accesses in program order, after earlier stores to
/// ordinary memory, and drains write-combining buffers before them (Intel SDM, volume 3, 9.2 and 12.3).
/// </summary>
internal sealed unsafe class MappedRegisterWindow(MappedRegisters registers, nuint offset, PhysicalAddress start, uint length)
    : RegisterWindow
{
    private readonly byte* _first = registers.Start + offset;

    public override PhysicalAddress Start => start;

    public override uint Length => length;

    public override byte ReadByte(uint offset) => Volatile.Read(ref *At(offset, sizeof(byte)));

    public override ushort ReadUInt16(uint offset) => Volatile.Read(ref *(ushort*)At(offset, sizeof(ushort)));

    public override uint ReadUInt32(uint offset) => Volatile.Read(ref *(uint*)At(offset, sizeof(uint)));

    public override void WriteByte(uint offset, byte value) => Volatile.Write(ref *At(offset, sizeof(byte)), value);

    public override void WriteUInt16(uint offset, ushort value) =>
        Volatile.Write(ref *(ushort*)At(offset, sizeof(ushort)), value);

    public override void WriteUInt32(uint offset, uint value) => Volatile.Write(ref *(uint*)At(offset, sizeof(uint)), value);

    private byte* At(uint offset, uint width)
    {
        if (offset > length || length - offset < width)
        {
            throw new ArgumentOutOfRangeException(
                nameof(offset), offset, $"An access of {width} bytes leaves the window of {length} bytes at {start}.");
        }

        if (offset % width != 0)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"An access of {width} bytes must be aligned to them.");
        // What is mapped stays so for as long as this is in use.
        GC.KeepAlive(registers);
        return _first + offset;
    }
}
