namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>Sets up an event that is not signalled.</summary>
    public static void NdisInitializeEvent(NDIS_EVENT* Event) => *Event = default;

    /// <summary>Signals an event, which stays signalled until it is reset.</summary>
    public static void NdisSetEvent(NDIS_EVENT* Event)
    {
        CallContext context = Caller(Irql.DISPATCH_LEVEL);
        Volatile.Write(ref Event->Signalled, 1);
        context.Instance.Kernel.Waits.Wake();
    }

    /// <summary>Ends an event's being signalled.</summary>
    public static void NdisResetEvent(NDIS_EVENT* Event)
    {
        Caller(Irql.DISPATCH_LEVEL);
        Volatile.Write(ref Event->Signalled, 0);
    }

    /// <summary>
    /// Waits at PASSIVE_LEVEL for an event; the adapter's interrupts and timers go on. False where the time was over before.
    /// </summary>
    /// <param name="Event">The event.</param>
    /// <param name="MillisecondsToWait">The time; 0 is without end.</param>
    public static bool NdisWaitEvent(NDIS_EVENT* Event, uint MillisecondsToWait)
    {
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        nint signalled = (nint)(&Event->Signalled);
        bool IsSignalled() => Volatile.Read(ref *(long*)signalled) != 0;
        TimeSpan? time = MillisecondsToWait == 0 ? null : TimeSpan.FromMilliseconds(MillisecondsToWait);
        return context.Instance.Kernel.Waits.Wait(context, time, IsSignalled);
    }
}
