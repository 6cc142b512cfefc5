using Nonpaged.Machines;
using Nonpaged.Tests;

namespace Nonpaged.Ndis.Tests.Miniports;

/// <summary>A machine with one device, whose registers, ports and interrupt line a test moves by hand.</summary>
internal sealed class FakeMachine : Machine
{
    public const ulong RegistersStart = 0xfeb00000;
    public const uint RegistersLength = 0x1000;
    public const uint FirstPort = 0xc000;
    public const uint PortCount = 0x40;

    private readonly MachineRam _ram = new(8 << 20);
    private readonly TaskCompletionSource<string> _gone = new();

    public override string Name => "fake";

    public override IReadOnlyList<PciDevice> PciDevices => [Device];

    public FakeDevice Device { get; } = new();

    public FakeInterruptLine Line { get; } = new();

    public FakeRegisters Registers { get; } = new();

    public override PortSpace Ports { get; } = new FakePorts();

    public override Task<string> Gone => _gone.Task;

    public override NonpagedPool CreatePool(NonpagedPoolOptions options) =>
        NonpagedPool.Over(_ram.Descriptor, MachineRam.Pc(8 << 20), options);

    public override RegisterWindow MapRegisters(PhysicalAddress address, uint length) => Registers;

    public override InterruptLine GetInterrupt(uint vector) => Line;

    public override event Action<string>? Faulted;

    public void Fault(string text) => Faulted?.Invoke(text);

    public void PullOut() => _gone.TrySetResult("pulled out.");

    public override void Dispose()
    {
        PullOut();
        _ram.Dispose();
    }
}
