namespace Nonpaged.Machines.Vfio;

/// <summary>
/// The card's I/O ports. The processor's own port instructions are not a program's to use: each access is a system call.
/// </summary>
internal sealed class VfioPorts(IReadOnlyList<(PciBar Bar, VfioRegion Region)> bars) : PortSpace
{
    public override byte ReadByte(ushort port) => (byte)Read(port, sizeof(byte));

    public override ushort ReadUInt16(ushort port) => (ushort)Read(port, sizeof(ushort));

    public override uint ReadUInt32(ushort port) => Read(port, sizeof(uint));

    public override void WriteByte(ushort port, byte value) => Write(port, sizeof(byte), value);

    public override void WriteUInt16(ushort port, ushort value) => Write(port, sizeof(ushort), value);

    public override void WriteUInt32(ushort port, uint value) => Write(port, sizeof(uint), value);

    private uint Read(ushort port, uint width)
    {
        // Where nothing answers a PC's bus reads as all ones.
        uint value = Find(port, width) is { } found
            ? found.Region.Read(port - found.Bar.Start, width)
            : uint.MaxValue >> (int)(32 - 8 * width);
        Interlocked.MemoryBarrier();
        return value;
    }

    private void Write(ushort port, uint width, uint value)
    {
        Interlocked.MemoryBarrier();
        if (Find(port, width) is { } found) found.Region.Write(port - found.Bar.Start, width, value);
    }

    private (PciBar Bar, VfioRegion Region)? Find(ushort port, uint width)
    {
        foreach ((PciBar bar, VfioRegion region) in bars)
        {
            if (bar.IsPort && port >= bar.Start && port - bar.Start + width <= bar.Length) return (bar, region);
        }

        return null;
    }
}
