namespace Nonpaged.Ndis;

/// <summary>
/// The work items that belong to no adapter's turn: each runs at PASSIVE_LEVEL on a thread of its own, so that one may wait for
/// another. Thread-safe.
/// </summary>
internal sealed class KernelWork(Waits waits)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly List<CallContext> _running = [];

    /// <summary>Runs a function of a driver in the name of a context.</summary>
    public void Queue(CallContext context, string function, Action work)
    {
        CallContext own = context.Later(Irql.PASSIVE_LEVEL);
        lock (_gate) _running.Add(own);
        var thread = new Thread(() =>
        {
            DriverCalls.Run(own, function, work);
            lock (_gate) _running.RemoveAll(one => ReferenceEquals(one, own));
            waits.Wake();
        })
        {
            IsBackground = true,
            Name = "work item",
        };
        thread.Start();
    }

    /// <summary>Waits for a driver's work items to end. Gives how many go on.</summary>
    public int AwaitEnd(CallContext context, Driver driver)
    {
        if (Count(driver) > 0) waits.Wait(context, s_patience, () => Count(driver) == 0);
        return Count(driver);
    }

    private int Count(Driver driver)
    {
        lock (_gate) return _running.Count(one => ReferenceEquals(one.Driver, driver));
    }
}
