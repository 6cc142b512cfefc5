namespace Nonpaged.Ndis;

/// <summary>What NdisMRegisterIoPortRange registered.</summary>
internal sealed record PortRange(Adapter Adapter, uint First, uint Count);
