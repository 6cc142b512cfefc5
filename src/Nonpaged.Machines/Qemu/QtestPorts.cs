namespace Nonpaged.Machines.Qemu;

/// <summary>I/O ports by qtest's inb, outb and the like.</summary>
internal sealed unsafe class QtestPorts(QtestClient client) : PortSpace
{
    public override byte ReadByte(ushort port) => (byte)client.Read("inb"u8, port);

    public override ushort ReadUInt16(ushort port) => (ushort)client.Read("inw"u8, port);

    public override uint ReadUInt32(ushort port) => (uint)client.Read("inl"u8, port);

    public override void WriteByte(ushort port, byte value) => client.Write("outb"u8, port, value);

    public override void WriteUInt16(ushort port, ushort value) => client.Write("outw"u8, port, value);

    public override void WriteUInt32(ushort port, uint value) => client.Write("outl"u8, port, value);

    public override void ReadBytes(ushort port, Span<byte> values)
    {
        fixed (byte* first = values)
        {
            var target = first;
            client.ReadSeries("inb"u8, port, values.Length, (index, value) => target[index] = (byte)value);
        }
    }

    public override void ReadUInt16s(ushort port, Span<ushort> values)
    {
        fixed (ushort* first = values)
        {
            var target = first;
            client.ReadSeries("inw"u8, port, values.Length, (index, value) => target[index] = (ushort)value);
        }
    }

    public override void ReadUInt32s(ushort port, Span<uint> values)
    {
        fixed (uint* first = values)
        {
            var target = first;
            client.ReadSeries("inl"u8, port, values.Length, (index, value) => target[index] = (uint)value);
        }
    }

    public override void WriteBytes(ushort port, ReadOnlySpan<byte> values) => client.WriteSeries("outb"u8, port, values);

    public override void WriteUInt16s(ushort port, ReadOnlySpan<ushort> values) => client.WriteSeries("outw"u8, port, values);

    public override void WriteUInt32s(ushort port, ReadOnlySpan<uint> values) => client.WriteSeries("outl"u8, port, values);

    public override void PostByte(ushort port, byte value) => client.Post("outb"u8, port, value);

    public override void PostUInt16(ushort port, ushort value) => client.Post("outw"u8, port, value);

    public override void PostUInt32(ushort port, uint value) => client.Post("outl"u8, port, value);

    public override void PostBytes(ushort port, ReadOnlySpan<byte> values) => client.PostSeries("outb"u8, port, values);

    public override void PostUInt16s(ushort port, ReadOnlySpan<ushort> values) => client.PostSeries("outw"u8, port, values);

    public override void PostUInt32s(ushort port, ReadOnlySpan<uint> values) => client.PostSeries("outl"u8, port, values);

    public override void Flush() => client.Flush();
}
