namespace Nonpaged.Ndis;

/// <summary>A wait under way, and whether its condition may still be looked at: it is in memory of the driver.</summary>
internal sealed class Waiter(Driver driver, Func<bool>? until)
{
    private readonly Lock _gate = new();
    private bool _isAbandoned;

    public Driver Driver { get; } = driver;

    /// <summary>The driver was unloaded while it waited.</summary>
    public bool IsAbandoned
    {
        get
        {
            lock (_gate) return _isAbandoned;
        }
    }

    /// <summary>The condition; null where only time ends the wait.</summary>
    public Func<bool>? Until => until is null ? null : Holds;

    /// <summary>When this returns, nobody looks at the condition, nor ever will.</summary>
    public void Abandon()
    {
        lock (_gate) _isAbandoned = true;
    }

    private bool Holds()
    {
        lock (_gate) return !_isAbandoned && until!();
    }
}
