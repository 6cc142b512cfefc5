namespace Nonpaged;

/// <summary>
/// Wakes a pool when memory that nobody uses has been kept long enough. Thread-safe; its lock is the last of all.
/// </summary>
/// <param name="release">After how long.</param>
/// <param name="wake">What is called then, by a thread of the thread pool.</param>
internal sealed class IdleTimer(TimeSpan release, Action wake) : IDisposable
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    private readonly Lock _gate = new();

    // Not each start goes to the timer, which takes longer than a free: it wakes so much later, and a start so soon after another
    // one does nothing.
    private readonly TimeSpan _slack = release < s_longest ? release / 16 : TimeSpan.Zero;
    private Timer? _timer;
    private long _started;
    private bool _isDisposed;

    /// <summary>After how long memory that nobody uses goes back.</summary>
    public TimeSpan Release { get; } = release;

    /// <summary>Memory that nobody uses goes back at some time.</summary>
    public bool IsEver => Release != Timeout.InfiniteTimeSpan;

    /// <summary>Starts the time, or starts it again. Does nothing where memory stays forever, or goes back at once.</summary>
    public void Start()
    {
        if (!IsEver || Release == TimeSpan.Zero) return;
        lock (_gate)
        {
            if (_isDisposed) return;
            try
            {
                long now = Environment.TickCount64;
                if (_timer is not null && now - _started < (long)_slack.TotalMilliseconds) return;
                _timer ??= new Timer(
                    static state => ((Action)state!)(), wake, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _timer.Change(Release + _slack, Timeout.InfiniteTimeSpan);
                _started = now;
            }
            catch (OutOfMemoryException)
            {
                // Without a thread for timers idle memory stays until the pool needs some, or is trimmed.
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _timer?.Dispose();
        }
    }
}
