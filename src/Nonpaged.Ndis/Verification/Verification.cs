namespace Nonpaged.Ndis;

/// <summary>What an instance watches of its drivers while they are verified. Thread-safe.</summary>
internal sealed class Verification
{
    [ThreadStatic]
    private static WatchedFunction? t_function;

    /// <summary>Tells the places in the driver's code that the calling thread's stack has, innermost first.</summary>
    public required Func<IReadOnlyList<CodePlace>> Stack { get; init; }

    /// <summary>Tells where a driver's function begins; null where that is not known.</summary>
    public Func<nint, CodePlace?> PlaceOf { get; init; } = _ => null;

    /// <summary>The name of the protocol that exercises the driver, which is not verified itself.</summary>
    public string? Exempt { get; init; }

    /// <summary>Is told of each block that is handed out, and with the stack of its free, of each that comes back.</summary>
    public Action<NdisAllocation, IReadOnlyList<CodePlace>?>? Allocated { get; init; }

    /// <summary>Is told of a block that devices could reach, when it is freed and the driver has not gone on.</summary>
    public Action<NdisAllocation>? Withdrawn { get; init; }

    /// <summary>Is told of each packet that a protocol sends, with the protocol's driver, before it is sent.</summary>
    public Action<Driver, nint>? Sending { get; init; }

    /// <summary>Is told of what a driver writes to 32 bits of its device, before it is written.</summary>
    public Action<uint>? DeviceWritten { get; init; }

    /// <summary>Which calls that allocate fail.</summary>
    public AllocationFaults Faults { get; init; } = new();

    /// <summary>A deserialized miniport gets its packets on the threads that send them, several at once.</summary>
    public bool SendsDirectly { get; init; }

    /// <summary>How what a protocol starts ends, and how frames come to it; null for always alike.</summary>
    public VariedEnds? Varied { get; init; }

    /// <summary>Holds up calls that allocate or take a lock; null for none.</summary>
    public CallDelays? Delays { get; init; }

    /// <summary>Which locks are held, and in which order they were taken.</summary>
    public LockOrder Locks { get; } = new();

    /// <summary>
    /// Tells how long the calling thread has used a processor: functions at DISPATCH_LEVEL and above are timed by it. Null where
    /// they are not.
    /// </summary>
    public Func<TimeSpan>? ThreadTime { get; init; }

    /// <summary>The function of a driver that runs on this thread, by NDIS's name and its place; null outside of any.</summary>
    public static WatchedFunction? Current => t_function;

    /// <summary>A function of a driver begins on this thread. It ends when the result is disposed.</summary>
    public WatchedFunction Enter(CallContext context, string name, nint entry)
    {
        var function = new WatchedFunction(this, context, name, entry == 0 ? null : PlaceOf(entry), t_function);
        t_function = function;
        return function;
    }

    /// <summary>What a report tells beside its words: where in the driver the call is that it is about.</summary>
    public NdisReport Locate(NdisReport report)
    {
        IReadOnlyList<CodePlace> stack = report.Stack.Count > 0 ? report.Stack : Stack();
        WatchedFunction? function = t_function;
        if (stack.Count == 0 && function?.Place is { } place) stack = [place];
        return report with { Stack = stack, Function = report.Function ?? function?.Name };
    }

    /// <summary>A block was handed out.</summary>
    public void OnAllocated(NdisAllocation allocation)
    {
        allocation.Stack = Stack();
        Allocated?.Invoke(allocation, null);
    }

    /// <summary>A block comes back.</summary>
    public void OnFreed(NdisAllocation allocation)
    {
        allocation.FreeStack = Stack();
        Allocated?.Invoke(allocation, allocation.FreeStack);
    }

    internal static void Leave(WatchedFunction function) => t_function = function.Outer;
}
