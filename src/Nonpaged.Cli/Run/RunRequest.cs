using Nonpaged.Machines.Vfio;
using Nonpaged.Ndis;

namespace Nonpaged.Cli;

/// <summary>What <c>run</c> was asked to do.</summary>
internal sealed record RunRequest
{
    /// <summary>The driver's name; null takes the one that matches the network card.</summary>
    public string? Driver { get; init; }

    /// <summary>A C driver as a shared object; null for a miniport of this package.</summary>
    public string? DriverFile { get; init; }

    /// <summary>The drivers below that one, from its own downwards: files, and for the last one a driver's name.</summary>
    public IReadOnlyList<string> Over { get; init; } = [];

    /// <summary>The drivers' names in the order in which they are ended; empty for top down.</summary>
    public IReadOnlyList<string> EndOrder { get; init; } = [];

    /// <summary>The adapters are put to sleep and woken before they are used.</summary>
    public bool Suspend { get; init; }

    /// <summary>What NdisReadConfiguration finds.</summary>
    public DriverSettings Settings { get; init; } = DriverSettings.None;

    /// <summary>Each call of NDIS that a C driver makes is shown.</summary>
    public bool Trace { get; init; }

    /// <summary>Corrupted memory is looked for, and reported.</summary>
    public bool Guard { get; init; }

    /// <summary>What it runs on.</summary>
    public MachineKind Machine { get; init; }

    /// <summary>The network cards of this machine by their PCI addresses; none with QEMU's machine.</summary>
    public IReadOnlyList<string> Devices { get; init; } = [];

    /// <summary>Memory that is not the kernel's, for the machine's pool.</summary>
    public IReadOnlyList<MemoryRegion> Regions { get; init; } = [];

    /// <summary>What NDIS_MEMORY_NONCACHED demands.</summary>
    public Caching Noncached { get; init; } = Caching.Coherent;

    /// <summary>How a card by VFIO interrupts.</summary>
    public PciInterruptKind Interrupt { get; init; }

    /// <summary>QEMU's name of the network card; null takes the driver's own.</summary>
    public string? Nic { get; init; }

    /// <summary>What QEMU is told of that card.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> NicProperties { get; init; } = [];

    /// <summary>There is no card (--nic none).</summary>
    public bool IsVirtual => Nic == NicChoice.None;

    /// <summary>Whatever the driver does wrong is a failure.</summary>
    public bool Strict { get; init; }

    /// <summary>The machine's RAM in bytes.</summary>
    public ulong Ram { get; init; } = 64UL << 20;

    /// <summary>How many echo requests to send.</summary>
    public int Count { get; init; } = 10;

    /// <summary>How long the adapter stays up after the pings, or as an interface; infinite: until a signal comes.</summary>
    public TimeSpan Hold { get; init; }

    /// <summary>The network interfaces that the adapters become, one for each; empty for none.</summary>
    public IReadOnlyList<string> Taps { get; init; } = [];

    /// <summary>Programs open devices of the driver; null where none do.</summary>
    public DeviceAccess? Access { get; init; }

    /// <summary>Two adapters exchange frames; otherwise one takes a lease and pings.</summary>
    public bool Peer { get; init; }

    /// <summary>How many frames to exchange.</summary>
    public int Frames { get; init; } = 1_000_000;

    /// <summary>The bytes of each.</summary>
    public int Length { get; init; } = 60;

    /// <summary>A file for the traffic; null for none.</summary>
    public string? Pcap { get; init; }

    public NdisProfile Profile { get; init; }

    /// <summary>What to show of the machine's memory while the driver uses it.</summary>
    public MapRequest Map { get; init; } = new();
}
