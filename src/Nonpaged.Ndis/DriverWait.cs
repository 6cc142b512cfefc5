namespace Nonpaged.Ndis;

/// <summary>A wait within a driver's function at PASSIVE_LEVEL.</summary>
internal static class DriverWait
{
    /// <summary>
    /// Waits for what other drivers do. The adapter whose turn the caller has goes on meanwhile. False where the time was over
    /// before.
    /// </summary>
    public static bool Until(TimeSpan patience, Func<bool> condition)
    {
        TimeSpan time = patience == Timeout.InfiniteTimeSpan ? TimeSpan.FromDays(1) : patience;
        if (BorrowedTurn.Current is { } turn) return turn.Wait(time, condition);
        return CallContext.Current.Adapter is { } adapter && adapter.Turn.IsCurrent
            ? adapter.Turn.RunWhileWaiting(time, timersToo: true, condition)
            : SpinWait.SpinUntil(condition, time);
    }
}
