using System.Diagnostics.CodeAnalysis;

namespace Nonpaged.Ndis;

/// <summary>Calls in the order of their times. Not thread-safe: its turn's lock guards it.</summary>
internal sealed class CallSchedule
{
    private readonly PriorityQueue<ScheduledCall, long> _calls = new();

    public void Add(ScheduledCall call, TimeSpan delay) =>
        _calls.Enqueue(call, Environment.TickCount64 + (long)delay.TotalMilliseconds);

    /// <summary>The first call, if its time has come.</summary>
    public bool TryTake([NotNullWhen(true)] out ScheduledCall? call)
    {
        bool isDue = _calls.TryPeek(out call, out long at) && at <= Environment.TickCount64;
        if (isDue) _calls.Dequeue();
        return isDue;
    }

    /// <summary>The milliseconds until a call is due; <see cref="Timeout.Infinite"/> where there is none.</summary>
    public int UntilNext() =>
        _calls.TryPeek(out _, out long at) ? (int)Math.Clamp(at - Environment.TickCount64, 0, int.MaxValue) : Timeout.Infinite;
}
