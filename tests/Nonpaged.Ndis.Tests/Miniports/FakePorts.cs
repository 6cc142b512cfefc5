using Nonpaged.Machines;

namespace Nonpaged.Ndis.Tests.Miniports;

internal sealed class FakePorts : PortSpace
{
    private readonly byte[] _bytes = new byte[0x10004];

    public override byte ReadByte(ushort port) => _bytes[port];

    public override ushort ReadUInt16(ushort port) => BitConverter.ToUInt16(_bytes, port);

    public override uint ReadUInt32(ushort port) => BitConverter.ToUInt32(_bytes, port);

    public override void WriteByte(ushort port, byte value) => _bytes[port] = value;

    public override void WriteUInt16(ushort port, ushort value) => BitConverter.TryWriteBytes(_bytes.AsSpan(port), value);

    public override void WriteUInt32(ushort port, uint value) => BitConverter.TryWriteBytes(_bytes.AsSpan(port), value);
}
