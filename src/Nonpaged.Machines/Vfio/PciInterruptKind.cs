namespace Nonpaged.Machines.Vfio;

/// <summary>How a PCI function interrupts (PCI Local Bus 3.0, sections 2.2.6, 6.8.1 and 6.8.2).</summary>
public enum PciInterruptKind
{
    /// <summary>The first of the others that the function has.</summary>
    Any,

    /// <summary>INTx, a level-triggered line. What drivers of NDIS 5 expect.</summary>
    Line,

    /// <summary>MSI: a write to memory, one for each event.</summary>
    Message,

    /// <summary>MSI-X, by its first vector.</summary>
    MessageX,
}
