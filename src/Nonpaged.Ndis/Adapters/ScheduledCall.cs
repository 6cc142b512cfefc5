namespace Nonpaged.Ndis;

/// <summary>Work that waits for its time in a <see cref="Turn"/>.</summary>
internal sealed class ScheduledCall(Action work)
{
    private Action? _work = work;

    /// <summary>Keeps the work from running. False where it ran or was cancelled before.</summary>
    public bool Cancel() => Interlocked.Exchange(ref _work, null) is not null;

    public void Run() => Interlocked.Exchange(ref _work, null)?.Invoke();
}
