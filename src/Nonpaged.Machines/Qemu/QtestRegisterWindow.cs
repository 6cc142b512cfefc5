namespace Nonpaged.Machines.Qemu;

/// <summary>Memory-mapped registers by qtest's readb, writeb and the like. Writes are posted, as PCI posts them.</summary>
internal sealed class QtestRegisterWindow(QtestClient client, PhysicalAddress start, uint length) : RegisterWindow
{
    public override PhysicalAddress Start => start;

    public override uint Length => length;

    public override byte ReadByte(uint offset) => (byte)client.Read("readb"u8, Address(offset, sizeof(byte)));

    public override ushort ReadUInt16(uint offset) => (ushort)client.Read("readw"u8, Address(offset, sizeof(ushort)));

    public override uint ReadUInt32(uint offset) => (uint)client.Read("readl"u8, Address(offset, sizeof(uint)));

    public override void WriteByte(uint offset, byte value) => client.Post("writeb"u8, Address(offset, sizeof(byte)), value);

    public override void WriteUInt16(uint offset, ushort value) =>
        client.Post("writew"u8, Address(offset, sizeof(ushort)), value);

    public override void WriteUInt32(uint offset, uint value) =>
        client.Post("writel"u8, Address(offset, sizeof(uint)), value);

    private ulong Address(uint offset, uint width)
    {
        if (offset > length || length - offset < width)
        {
            throw new ArgumentOutOfRangeException(
                nameof(offset), offset, $"An access of {width} bytes leaves the window of {length} bytes at {start}.");
        }

        if (offset % width != 0)
            throw new ArgumentOutOfRangeException(nameof(offset), offset, $"An access of {width} bytes must be aligned to them.");
        return start.Value + offset;
    }
}
