namespace Nonpaged.Ndis;

/// <summary>A function of a driver while it runs, under <see cref="Verification"/>.</summary>
internal sealed class WatchedFunction : IDisposable
{
    // What a function may compute. A device model answers a register in tens of microseconds, which the thread waits for and does
    // not compute; a real device takes less than one.
    private static readonly TimeSpan s_longestIsr = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan s_longestDpc = TimeSpan.FromMilliseconds(100);

    private readonly Verification _verification;
    private readonly CallContext _context;
    private readonly int _held;
    private readonly TimeSpan _start;

    public WatchedFunction(
        Verification verification, CallContext context, string name, CodePlace? place, WatchedFunction? outer)
    {
        _verification = verification;
        _context = context;
        Name = name.EndsWith("Handler", StringComparison.Ordinal) ? name[..^"Handler".Length] : name;
        Place = place;
        Outer = outer;
        _held = LockOrder.Held;
        _start = context.Irql >= Irql.DISPATCH_LEVEL ? verification.ThreadTime?.Invoke() ?? default : default;
    }

    /// <summary>NDIS's name for it.</summary>
    public string Name { get; }

    /// <summary>Where it begins; null where that is not known.</summary>
    public CodePlace? Place { get; }

    /// <summary>The function that it interrupts; null for none.</summary>
    public WatchedFunction? Outer { get; }

    /// <summary>It has taken spin locks, and not given them back yet.</summary>
    public bool HoldsLocks => LockOrder.Held > _held;

    /// <summary>Where it raised the IRQL last; empty where it did not.</summary>
    public IReadOnlyList<CodePlace> RaisedAt { get; private set; } = [];

    /// <summary>It raises the IRQL.</summary>
    public void OnRaise() => RaisedAt = _verification.Stack();

    public void Dispose()
    {
        foreach (HeldLock held in LockOrder.TakeAbove(_held))
        {
            Report(NdisReportKind.LockHeldAtReturn, held.Call,
                $"{Name} returned with the spin lock at 0x{held.Address:x} held, which it took by {held.Call}.", held.Stack);
        }

        if (_verification.ThreadTime is { } clock && _context.Irql >= Irql.DISPATCH_LEVEL) CheckTime(clock);
        Verification.Leave(this);
    }

    private void CheckTime(Func<TimeSpan> clock)
    {
        TimeSpan limit = _context.Irql >= Irql.DIRQL ? s_longestIsr : s_longestDpc;
        TimeSpan used = clock() - _start;
        if (used <= limit) return;
        Report(NdisReportKind.TooLong, Name,
            $"{Name} used the processor for more than {limit.TotalMilliseconds:0} ms at {_context.Irql}, where nothing else on "
                + "it "
                + "runs.", Place is null ? [] : [Place]);
    }

    private void Report(NdisReportKind kind, string call, string message, IReadOnlyList<CodePlace> stack) =>
        _context.Instance.Report(new NdisReport(kind, call, _context.Driver.Name, message) { Stack = stack, Function = Name });
}
