namespace Nonpaged.Ndis;

/// <summary>What NdisMInitializeTimer initialized.</summary>
internal sealed class MiniportTimer(Timers owner, NDIS_TIMER_FUNCTION function, nint context) : IDriverTimer
{
    public Timers Owner { get; } = owner;

    public NDIS_TIMER_FUNCTION Function { get; } = function;

    public nint Context { get; } = context;

    public NDIS_HANDLE Handle { get; set; }

    public ScheduledCall? Pending { get; set; }

    public void Set(uint milliseconds, bool periodic) => Owner.Set(this, milliseconds, periodic);

    public bool Cancel() => Timers.Cancel(this);
}
