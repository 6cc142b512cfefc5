using Nonpaged.Machines;

namespace Nonpaged.Ndis.Tests.Miniports;

internal sealed class FakeRegisters : RegisterWindow
{
    public byte[] Bytes { get; } = new byte[FakeMachine.RegistersLength];

    public override PhysicalAddress Start => new(FakeMachine.RegistersStart);

    public override uint Length => FakeMachine.RegistersLength;

    public override byte ReadByte(uint offset) => Bytes[offset];

    public override ushort ReadUInt16(uint offset) => BitConverter.ToUInt16(Bytes, (int)offset);

    public override uint ReadUInt32(uint offset) => BitConverter.ToUInt32(Bytes, (int)offset);

    public override void WriteByte(uint offset, byte value) => Bytes[offset] = value;

    public override void WriteUInt16(uint offset, ushort value) => BitConverter.TryWriteBytes(Bytes.AsSpan((int)offset), value);

    public override void WriteUInt32(uint offset, uint value) => BitConverter.TryWriteBytes(Bytes.AsSpan((int)offset), value);
}
