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
    /// adapter's turn, at DISPATCH_LEVEL.
    /// </summary>
    public static void NdisInitializeTimer(NDIS_TIMER* Timer, NDIS_TIMER_FUNCTION TimerFunction, void* FunctionContext)
    {
        ArgumentNullException.ThrowIfNull(TimerFunction);
        if (CallingAdapter(Irql.DISPATCH_LEVEL) is { } adapter)
            Timer->TimerObject = adapter.Timers.New(TimerFunction, (nint)FunctionContext);
    }

    /// <summary>Runs the timer's function once after a delay; a delay set before is forgotten.</summary>
    public static void NdisSetTimer(NDIS_TIMER* Timer, uint MillisecondsToDelay)
    {
        Caller(Irql.DISPATCH_LEVEL);
        if (Resolve<MiniportTimer>(Timer->TimerObject) is { } timer) timer.Owner.Set(timer, MillisecondsToDelay, periodic: false);
    }

    /// <summary>Keeps the timer's function from running; false where it was not set, or ran.</summary>
    public static void NdisCancelTimer(NDIS_TIMER* Timer, out bool TimerCancelled)
    {
        Caller(Irql.DISPATCH_LEVEL);
        TimerCancelled = Resolve<MiniportTimer>(Timer->TimerObject) is { } timer && Timers.Cancel(timer);
    }

    /// <summary>Runs the timer's function once after a delay; a delay set before is forgotten.</summary>
    public static void NdisMSetTimer(NDIS_MINIPORT_TIMER* Timer, uint MillisecondsToDelay)
    {
        Caller(Irql.DISPATCH_LEVEL);
        if (Resolve<MiniportTimer>(Timer->TimerObject) is { } timer) timer.Owner.Set(timer, MillisecondsToDelay, periodic: false);
    }

    /// <summary>Runs the timer's function again and again.</summary>
    public static void NdisMSetPeriodicTimer(NDIS_MINIPORT_TIMER* Timer, uint MillisecondPeriod)
    {
        Caller(Irql.DISPATCH_LEVEL);
        if (Resolve<MiniportTimer>(Timer->TimerObject) is { } timer) timer.Owner.Set(timer, MillisecondPeriod, periodic: true);
    }

    /// <summary>Keeps the timer's function from running; false where it was not set, or ran.</summary>
    public static void NdisMCancelTimer(NDIS_MINIPORT_TIMER* Timer, out bool TimerCancelled)
    {
        Caller(Irql.DISPATCH_LEVEL);
        TimerCancelled = Resolve<MiniportTimer>(Timer->TimerObject) is { } timer && Timers.Cancel(timer);
    }

    /// <summary>Waits, at PASSIVE_LEVEL. The adapter's interrupts and timers go on.</summary>
    public static void NdisMSleep(uint MicrosecondsToSleep)
    {
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        var time = TimeSpan.FromMicroseconds(MicrosecondsToSleep);
        if (context.Adapter is { } adapter) adapter.Turn.Wait(time, context.Irql);
        else Thread.Sleep(time);
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
