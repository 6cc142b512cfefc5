using System.Buffers.Binary;
using Nonpaged.Machines;

namespace Nonpaged.Ndis.Tests.Miniports;

internal sealed class FakeDevice : PciDevice
{
    public const uint Vector = 20;

    private volatile bool _isPulledOut;

    public byte[] Configuration { get; } = new byte[256];

    public override PciLocation Location => new(0, 4, 0);

    public override ushort VendorId => 0x1234;

    public override ushort DeviceId => 0x5678;

    public override IReadOnlyList<PciBar> Bars { get; } =
    [
        new PciBar(0, IsPort: false, FakeMachine.RegistersStart, FakeMachine.RegistersLength),
        new PciBar(1, IsPort: true, FakeMachine.FirstPort, FakeMachine.PortCount),
    ];

    public override uint? InterruptVector => Vector;

    public bool IsBusMaster => (BinaryPrimitives.ReadUInt16LittleEndian(Configuration.AsSpan(4)) & 4) != 0;

    /// <summary>It answers no more, and reads as all ones.</summary>
    public void PullOut() => _isPulledOut = true;

    public override void ReadConfiguration(int offset, Span<byte> destination)
    {
        if (_isPulledOut) destination.Fill(0xff);
        else Configuration.AsSpan(offset, destination.Length).CopyTo(destination);
    }

    public override void WriteConfiguration(int offset, ReadOnlySpan<byte> source)
    {
        if (!_isPulledOut) source.CopyTo(Configuration.AsSpan(offset));
    }
}
