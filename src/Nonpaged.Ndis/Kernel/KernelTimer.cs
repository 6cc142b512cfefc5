namespace Nonpaged.Ndis;

/// <summary>What NdisInitializeTimer made for code that runs for no adapter.</summary>
internal sealed unsafe class KernelTimer(KernelTimers timers, CallContext context, NDIS_TIMER_FUNCTION function, nint given)
    : IDriverTimer
{
    /// <summary>Who made it.</summary>
    public Driver Owner => context.Driver;

    public NDIS_HANDLE Handle { get; set; }

    public void Set(uint milliseconds, bool periodic)
    {
        var time = TimeSpan.FromMilliseconds(milliseconds);
        timers.Set(Handle.Value, new ArmedTimer(
            context, nameof(NdisLibrary.NdisSetTimer), periodic ? time : TimeSpan.Zero, Queue), time);
    }

    public bool Cancel() => timers.Cancel(Handle.Value);

    private void Queue() => timers.Thread.Insert(
        new QueuedDpc(
            Handle.Value, context.Later(Irql.DISPATCH_LEVEL), "the timer's function",
            () => function(null, (void*)given, null, null)),
        first: false);
}
