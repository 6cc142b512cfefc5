namespace Nonpaged.Machines.Vfio;

/// <summary>Which cards a <see cref="VfioMachine"/> has, and how they are used.</summary>
public sealed record VfioOptions
{
    /// <summary>
    /// The cards' addresses as the kernel names them, 0000:00:04.0; the domain 0000 may be left out. They are bound to vfio-pci:
    /// <c>nonpaged bind</c>. Several share one address space.
    /// </summary>
    public required IReadOnlyList<string> Devices { get; init; }

    /// <summary>
    /// The last address that each card can put out: nothing is mapped above it. 32 bits unless it is set, since that
    /// is what cards of any age can do.
    /// </summary>
    public PhysicalAddress HighestAddress { get; init; } = new(uint.MaxValue);

    /// <summary>How the cards interrupt.</summary>
    public PciInterruptKind Interrupt { get; init; }

    /// <summary>
    /// The rungs by which memory is obtained: all of them, unless it is set. Whichever it is, the card sees contiguous memory.
    /// </summary>
    public IReadOnlyList<MemoryRung> Ladder { get; init; } = NonpagedPoolOptions.DefaultLadder;
}
