using Nonpaged.Machines.Qemu;

namespace Nonpaged.Verify;

/// <summary>What is verified.</summary>
public sealed record VerifySubject
{
    /// <summary>Gives the driver of the device, where that is the machine's: its card, or none.</summary>
    public required Func<MachineDevice, MiniportDriver> Driver { get; init; }

    /// <summary>QEMU's model of the network card; null for a driver that drives none.</summary>
    public required string? Nic { get; init; }

    /// <summary>Properties of that model.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> NicProperties { get; init; } = [];

    /// <summary>What NdisReadConfiguration finds, by the driver's name.</summary>
    public Func<string, Dictionary<string, string>> Settings { get; init; } = _ => [];

    /// <summary>The machine's RAM in bytes.</summary>
    public ulong Ram { get; init; } = 64UL << 20;

    /// <summary>Puts drivers over an adapter; null for none.</summary>
    internal Func<NdisInstance, IVerifyStack>? Stack { get; init; }

    /// <summary>Tells the places in the driver's code that the calling thread's stack has, innermost first.</summary>
    internal Func<IReadOnlyList<CodePlace>> CallStack { get; init; } = ManagedStack.Here;

    /// <summary>Tells where a function begins; null where that is not known.</summary>
    internal Func<nint, CodePlace?> PlaceOf { get; init; } = _ => null;

    internal QemuMachine StartMachine(VerifyRun run) => QemuMachine.Start(new QemuOptions
    {
        NicModel = Nic,
        NicProperties = NicProperties,
        RamBytes = Ram,
        HasWire = Nic is not null,
        // Cards of the ISA bus are not behind it.
        HasIommu = run.Iommu && Nic is not null && !Nic.EndsWith("_isa", StringComparison.Ordinal),
    });
}
