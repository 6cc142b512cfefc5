using System.Numerics;

namespace Nonpaged.Machines.Qemu;

/// <summary>I/O ports by qtest's inb, outb and the like.</summary>
internal sealed unsafe class QtestPorts(QtestClient client, bool isPosted = false) : PortSpace
{
    private readonly QtestPorts? _posted = isPosted ? null : new QtestPorts(client, isPosted: true);

    public override PortSpace Posted => _posted ?? this;

    public override byte ReadByte(ushort port) => (byte)client.Read("inb"u8, port);

    public override ushort ReadUInt16(ushort port) => (ushort)client.Read("inw"u8, port);

    public override uint ReadUInt32(ushort port) => (uint)client.Read("inl"u8, port);

    public override void WriteByte(ushort port, byte value) => Write("outb"u8, port, value);

    public override void WriteUInt16(ushort port, ushort value) => Write("outw"u8, port, value);

    public override void WriteUInt32(ushort port, uint value) => Write("outl"u8, port, value);

    public override void ReadBytes(ushort port, Span<byte> values)
    {
        fixed (byte* first = values)
        {
            byte* target = first;
            client.ReadSeries("inb"u8, port, values.Length, (index, value) => target[index] = (byte)value);
        }
    }

    public override void ReadUInt16s(ushort port, Span<ushort> values)
    {
        fixed (ushort* first = values)
        {
            ushort* target = first;
            client.ReadSeries("inw"u8, port, values.Length, (index, value) => target[index] = (ushort)value);
        }
    }

    public override void ReadUInt32s(ushort port, Span<uint> values)
    {
        fixed (uint* first = values)
        {
            uint* target = first;
            client.ReadSeries("inl"u8, port, values.Length, (index, value) => target[index] = (uint)value);
        }
    }

    public override void WriteBytes(ushort port, ReadOnlySpan<byte> values) => WriteSeries("outb"u8, port, values);

    public override void WriteUInt16s(ushort port, ReadOnlySpan<ushort> values) => WriteSeries("outw"u8, port, values);

    public override void WriteUInt32s(ushort port, ReadOnlySpan<uint> values) => WriteSeries("outl"u8, port, values);

    public override void Flush() => client.Flush();

    private void Write(ReadOnlySpan<byte> verb, ushort port, uint value)
    {
        if (isPosted) client.Post(verb, port, value);
        else client.Write(verb, port, value);
    }

    private void WriteSeries<T>(ReadOnlySpan<byte> verb, ushort port, ReadOnlySpan<T> values)
        where T : unmanaged, IBinaryInteger<T>
    {
        if (isPosted) client.PostSeries(verb, port, values);
        else client.WriteSeries(verb, port, values);
    }
}
