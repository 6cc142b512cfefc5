using System.Diagnostics;

namespace Nonpaged.Ndis;

/// <summary>
/// Who waits for something that a driver signals, and how they are woken. A thread that has an adapter's turn lets
/// what has a higher IRQL run meanwhile; any other waits on one monitor. Thread-safe.
/// </summary>
internal sealed class Waits
{
    private readonly object _gate = new();
    private readonly List<Turn> _turns = [];
    private readonly List<Waiter> _waiters = [];

    /// <summary>
    /// Waits until the condition holds, which is looked at again at each <see cref="Wake"/>. The condition may take a
    /// lock under which nobody calls here. False where the time was over before.
    /// </summary>
    /// <param name="context">Who waits.</param>
    /// <param name="time">How long at most; null is without end.</param>
    /// <param name="until">The condition; null waits for the time alone.</param>
    public bool Wait(CallContext context, TimeSpan? time, Func<bool>? until)
    {
        long end = time is { } span
            ? Stopwatch.GetTimestamp() + (long)(Math.Min(span.TotalSeconds, int.MaxValue) * Stopwatch.Frequency)
            : long.MaxValue;
        var waiter = new Waiter(context.Driver, until);
        lock (_gate) _waiters.Add(waiter);
        // A protocol that is asked to close an adapter has borrowed the turn, and no adapter of its own.
        bool holds = (BorrowedTurn.Current?.Turn ?? context.Adapter?.Turn) is { IsCurrent: true } turn
            ? WaitInTurn(turn, context.Irql, end, waiter.Until)
            : WaitElsewhere(end, waiter.Until);
        lock (_gate) _waiters.Remove(waiter);
        // The driver's code and memory are gone. The thread of the DPCs is not the driver's to stop.
        if (waiter.IsAbandoned && context.Irql == Irql.PASSIVE_LEVEL) Thread.Sleep(Timeout.Infinite);
        return holds;
    }

    /// <summary>Leaves a driver that was unloaded waiting: what it waits for is in memory that is not its own any more.</summary>
    public void Abandon(Driver driver)
    {
        Waiter[] left;
        lock (_gate) left = [.. _waiters.Where(one => ReferenceEquals(one.Driver, driver))];
        foreach (Waiter one in left) one.Abandon();
    }

    /// <summary>Has all that wait look at their conditions again.</summary>
    public void Wake()
    {
        Turn[] turns;
        lock (_gate)
        {
            Monitor.PulseAll(_gate);
            turns = _turns.Count == 0 ? [] : [.. _turns];
        }

        foreach (Turn turn in turns) turn.Wake();
    }

    private bool WaitInTurn(Turn turn, Irql irql, long end, Func<bool>? until)
    {
        lock (_gate) _turns.Add(turn);
        try
        {
            return turn.Wait(Left(end), irql, until);
        }
        finally
        {
            lock (_gate) _turns.Remove(turn);
        }
    }

    private bool WaitElsewhere(long end, Func<bool>? until)
    {
        lock (_gate)
        {
            while (until is null || !until())
            {
                TimeSpan left = Left(end);
                if (left <= TimeSpan.Zero) return false;
                Monitor.Wait(_gate, (int)Math.Min(Math.Ceiling(left.TotalMilliseconds), int.MaxValue));
            }
        }

        return true;
    }

    private static TimeSpan Left(long end) => end == long.MaxValue
        ? TimeSpan.FromMilliseconds(int.MaxValue)
        : TimeSpan.FromSeconds(Math.Max(0, (end - Stopwatch.GetTimestamp()) / (double)Stopwatch.Frequency));
}
