namespace Nonpaged.Ndis;

public sealed partial class Adapter
{
    /// <summary>
    /// Lets time pass in one of the driver's functions that waits or stalls: what has a higher IRQL runs meanwhile, as it would on a real system. At PASSIVE_LEVEL
    /// these are interrupts with their deferred handling, and timers; at DISPATCH_LEVEL the ISR alone. False where the time was over before the
    /// condition held.
    /// </summary>
    internal bool Wait(TimeSpan time, Irql irql, Func<bool>? until = null)
    {
        if (BorrowedTurn.Current is { } turn && irql == Irql.PASSIVE_LEVEL) return turn.Wait(time, until);
        if (!_serial.IsCurrent || irql >= Irql.DIRQL) return Sleep(time, until);
        return _serial.RunWhileWaiting(time, timersToo: irql == Irql.PASSIVE_LEVEL, until);
    }

    /// <summary>Wakes up a function that waits for a condition.</summary>
    internal void Wake() => _serial.Wake();

    private static bool Sleep(TimeSpan time, Func<bool>? until)
    {
        if (until is not null) return SpinWait.SpinUntil(until, time);
        Thread.Sleep(time);
        return false;
    }
}
