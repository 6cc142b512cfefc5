namespace Nonpaged.Ndis;

/// <summary>What NdisMInitializeTimer initialized.</summary>
internal sealed class MiniportTimer(Adapter adapter, NDIS_TIMER_FUNCTION function, nint context)
{
    public Adapter Adapter { get; } = adapter;

    public NDIS_TIMER_FUNCTION Function { get; } = function;

    public nint Context { get; } = context;

    public NDIS_HANDLE Handle { get; set; }

    public ScheduledCall? Pending { get; set; }
}
