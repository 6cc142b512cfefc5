using Nonpaged.Machines;

namespace Nonpaged.Ndis;

/// <summary>What NdisMRegisterInterrupt registered.</summary>
internal sealed class MiniportInterrupt(InterruptService owner, InterruptLine line, bool requestIsr)
{
    public InterruptService Owner { get; } = owner;

    public InterruptLine Line { get; } = line;

    public uint Vector => Line.Vector;

    /// <summary>The ISR is called for each interrupt, and not during initialization and halt alone.</summary>
    public bool RequestIsr { get; } = requestIsr;

    public NDIS_HANDLE Handle { get; set; }
}
