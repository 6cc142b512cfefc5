using Nonpaged;
using Nonpaged.Machines;

namespace MiniportSample;

/// <summary>A machine with 2 MiB of RAM, from physical address 2 MiB on, and one card on its ISA bus.</summary>
internal sealed class LoopMachine : Machine
{
    /// <summary>As the card's jumpers say.</summary>
    public const ushort FirstPort = LoopCard.TransmitAddress, PortCount = 0x10;

    /// <inheritdoc cref="FirstPort"/>
    public const uint Interrupt = 5;

    private const int RamStart = 2 << 20, RamLength = 2 << 20;

    private readonly MemoryBlock _ram =
        NonpagedPool.Default.Allocate(new MemoryRequest(RamLength) { Shared = Sharing.ReadWrite });

    private readonly ExportedMemory _file;
    private readonly LoopCard _card;
    private readonly TaskCompletionSource<string> _gone = new();

    public LoopMachine()
    {
        _file = _ram.Export();
        _card = new LoopCard(this);
    }

    public override string Name => "loop";

    /// <summary>Where a driver's identifiers would find a PCI card.</summary>
    public override IReadOnlyList<PciDevice> PciDevices => [];

    /// <summary>The card, as its driver gets it.</summary>
    public IsaDevice Card { get; } = new(FirstPort, PortCount, Interrupt);

    public override PortSpace Ports => _card;

    public override Task<string> Gone => _gone.Task;

    /// <summary>What drivers allocate from: all of the RAM, mapped once more, with the addresses that the card knows.</summary>
    public override NonpagedPool CreatePool(NonpagedPoolOptions options) => NonpagedPool.Over(
        _file.Descriptor, [new MemoryPiece(_file.Ranges[0].Offset, RamLength, new PhysicalAddress(RamStart))], options);

    /// <summary>What the card finds at a physical address.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no RAM. NDIS reports it, as an exception in the driver.</exception>
    public Span<byte> Ram(uint address, uint length) => _ram.AsSpan((long)address - RamStart, checked((int)length));

    public override InterruptLine GetInterrupt(uint vector) => _card.Line;

    public override RegisterWindow MapRegisters(PhysicalAddress address, uint length) =>
        throw new ArgumentOutOfRangeException(nameof(address), "The card has ports, and no registers in memory.");

    public override void Dispose()
    {
        _gone.TrySetResult("It was switched off.");
        _file.Dispose();
        ((IDisposable)_ram).Dispose();
    }
}
