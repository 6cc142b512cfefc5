namespace Nonpaged.Machines.Vfio;

/// <summary>Registers that cannot be mapped: each access is a system call.</summary>
internal sealed class VfioRegionWindow(VfioRegion region, PhysicalAddress start, ulong offset, uint length) : RegisterWindow
{
    public override PhysicalAddress Start => start;

    public override uint Length => length;

    public override byte ReadByte(uint at) => (byte)Read(at, sizeof(byte));

    public override ushort ReadUInt16(uint at) => (ushort)Read(at, sizeof(ushort));

    public override uint ReadUInt32(uint at) => Read(at, sizeof(uint));

    public override void WriteByte(uint at, byte value) => Write(at, sizeof(byte), value);

    public override void WriteUInt16(uint at, ushort value) => Write(at, sizeof(ushort), value);

    public override void WriteUInt32(uint at, uint value) => Write(at, sizeof(uint), value);

    // The calls order what lies around them, and their memory barriers the processor's accesses to RAM.
    private uint Read(uint at, uint width)
    {
        Check(at, width);
        uint value = region.Read(offset + at, width);
        Interlocked.MemoryBarrier();
        return value;
    }

    private void Write(uint at, uint width, uint value)
    {
        Check(at, width);
        Interlocked.MemoryBarrier();
        region.Write(offset + at, width, value);
    }

    private void Check(uint at, uint width)
    {
        if (at > length || length - at < width)
        {
            throw new ArgumentOutOfRangeException(
                nameof(at), at, $"An access of {width} bytes leaves the window of {length} bytes at {start}.");
        }

        if (at % width != 0)
            throw new ArgumentOutOfRangeException(nameof(at), at, $"An access of {width} bytes must be aligned to them.");
    }
}
