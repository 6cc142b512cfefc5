using System.Diagnostics;

namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>Sets up a timer whose function runs in the adapter's turn.</summary>
    public static void NdisMInitializeTimer(
        NDIS_MINIPORT_TIMER* Timer, NDIS_HANDLE MiniportAdapterHandle, NDIS_TIMER_FUNCTION TimerFunction, void* FunctionContext)
    {
        ArgumentNullException.ThrowIfNull(TimerFunction);
        if (AdapterOf(MiniportAdapterHandle, Irql.PASSIVE_LEVEL) is { } adapter)
            Timer->TimerObject = adapter.Timers.New(TimerFunction, (nint)FunctionContext);
    }

    /// <summary>
    /// Sets up a timer for the adapter whose function the caller is in. Its function runs in that
    /// adapter's turn, at DISPATCH_LEVEL. Where the caller is in no adapter's function, as in a protocol, it runs on the
    /// thread of the DPCs.
    /// </summary>
    public static void NdisInitializeTimer(NDIS_TIMER* Timer, NDIS_TIMER_FUNCTION TimerFunction, void* FunctionContext)
    {
        ArgumentNullException.ThrowIfNull(TimerFunction);
        CallContext context = Caller(Irql.DISPATCH_LEVEL);
        Timer->TimerObject = context.Adapter is { } adapter
            ? adapter.Timers.New(TimerFunction, (nint)FunctionContext)
            : context.Instance.Kernel.Timers.New(context, TimerFunction, (nint)FunctionContext);
    }

    /// <summary>Runs the timer's function once after a delay; a delay set before is forgotten.</summary>
    public static void NdisSetTimer(NDIS_TIMER* Timer, uint MillisecondsToDelay)
    {
        Caller(Irql.DISPATCH_LEVEL);
        if (Resolve<IDriverTimer>(Timer->TimerObject) is { } timer) timer.Set(MillisecondsToDelay, periodic: false);
    }

    /// <summary>Keeps the timer's function from running; false where it was not set, or ran.</summary>
    public static void NdisCancelTimer(NDIS_TIMER* Timer, out bool TimerCancelled)
    {
        Caller(Irql.DISPATCH_LEVEL);
        TimerCancelled = Resolve<IDriverTimer>(Timer->TimerObject) is { } timer && timer.Cancel();
    }

    /// <summary>Runs the timer's function once after a delay; a delay set before is forgotten.</summary>
    public static void NdisMSetTimer(NDIS_MINIPORT_TIMER* Timer, uint MillisecondsToDelay)
    {
        Caller(Irql.DISPATCH_LEVEL);
        if (Resolve<IDriverTimer>(Timer->TimerObject) is { } timer) timer.Set(MillisecondsToDelay, periodic: false);
    }

    /// <summary>Runs the timer's function again and again.</summary>
    public static void NdisMSetPeriodicTimer(NDIS_MINIPORT_TIMER* Timer, uint MillisecondPeriod)
    {
        Caller(Irql.DISPATCH_LEVEL);
        if (Resolve<IDriverTimer>(Timer->TimerObject) is { } timer) timer.Set(MillisecondPeriod, periodic: true);
    }

    /// <summary>Keeps the timer's function from running; false where it was not set, or ran.</summary>
    public static void NdisMCancelTimer(NDIS_MINIPORT_TIMER* Timer, out bool TimerCancelled)
    {
        Caller(Irql.DISPATCH_LEVEL);
        TimerCancelled = Resolve<IDriverTimer>(Timer->TimerObject) is { } timer && timer.Cancel();
    }

    /// <summary>Waits, at PASSIVE_LEVEL. The adapter's interrupts and timers go on.</summary>
    public static void NdisMSleep(uint MicrosecondsToSleep)
    {
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        var time = TimeSpan.FromMicroseconds(MicrosecondsToSleep);
        context.Instance.Kernel.Waits.Wait(context, time, until: null);
    }

    /// <summary>Waits without giving up the processor. Its documents allow 50 microseconds at most.</summary>
    public static void NdisStallExecution(uint MicrosecondsToStall)
    {
        CallContext context = Caller(Irql.DIRQL);
        if (MicrosecondsToStall > 50)
        {
            context.ReportOnce(
                nameof(NdisStallExecution),
                $"{MicrosecondsToStall} microseconds were asked for; 50 are the most that a driver may stall.");
        }

        // A stall below DIRQL does not keep the ISR from running: it may be what the driver stalls for.
        if (context.Adapter is { } adapter && context.Irql < Irql.DIRQL) adapter.Turn.Wait(TimeSpan.Zero, context.Irql);
        long until = Stopwatch.GetTimestamp() + (MicrosecondsToStall * Stopwatch.Frequency / 1_000_000);
        while (Stopwatch.GetTimestamp() < until) Thread.SpinWait(10);
    }
}
