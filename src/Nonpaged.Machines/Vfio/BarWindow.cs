namespace Nonpaged.Machines.Vfio;

/// <summary>
/// Registers of a mapped base address register. The kernel maps them uncached, so that accesses reach the device one by one and in order; the barriers keep them in order
/// with accesses to RAM.
/// </summary>
internal sealed unsafe class BarWindow(BarMapping mapping, PhysicalAddress start, ulong offset, uint length) : RegisterWindow
{
    public override PhysicalAddress Start => start;

    public override uint Length => length;

    public override byte ReadByte(uint at)
    {
        byte* register = At(at, sizeof(byte));
        if (mapping.IsDetached) return byte.MaxValue;
        byte value = Volatile.Read(ref *register);
        Interlocked.MemoryBarrier();
        return value;
    }

    public override ushort ReadUInt16(uint at)
    {
        var register = (ushort*)At(at, sizeof(ushort));
        if (mapping.IsDetached) return ushort.MaxValue;
        ushort value = Volatile.Read(ref *register);
        Interlocked.MemoryBarrier();
        return value;
    }

    public override uint ReadUInt32(uint at)
    {
        var register = (uint*)At(at, sizeof(uint));
        if (mapping.IsDetached) return uint.MaxValue;
        uint value = Volatile.Read(ref *register);
        Interlocked.MemoryBarrier();
        return value;
    }

    public override void WriteByte(uint at, byte value)
    {
        byte* register = At(at, sizeof(byte));
        Interlocked.MemoryBarrier();
        Volatile.Write(ref *register, value);
    }

    public override void WriteUInt16(uint at, ushort value)
    {
        var register = (ushort*)At(at, sizeof(ushort));
        Interlocked.MemoryBarrier();
        Volatile.Write(ref *register, value);
    }

    public override void WriteUInt32(uint at, uint value)
    {
        var register = (uint*)At(at, sizeof(uint));
        Interlocked.MemoryBarrier();
        Volatile.Write(ref *register, value);
    }

    private byte* At(uint at, uint width)
    {
        RegisterAccess.Check(this, at, width);
        return mapping.Start + offset + at;
    }
}
