namespace Nonpaged.Ndis;

/// <summary>
/// In whose name the current thread calls NDIS. NdisAllocateMemory has neither an adapter nor a driver argument, so what the real
/// NDIS knows from the system it runs in is kept here, per thread, and set around each call into a driver.
/// </summary>
internal sealed record CallContext(NdisInstance Instance, Driver Driver, Irql Irql, bool Initializing)
{
    [ThreadStatic]
    private static CallContext? t_current;

    private CallContext? _other;

    /// <summary>The adapter whose function runs; null in DriverEntry, in protocols and in plain programs.</summary>
    public Adapter? Adapter { get; init; }

    /// <summary>The context of the driver call in progress; outside of one, a plain program on the default instance.</summary>
    public static CallContext Current => t_current ?? NdisInstance.Default.ProgramContext;

    /// <summary>
    /// The same for a call of memory, whose pool the thread's next ones find: a plain program's thread
    /// comes here with its first one.
    /// </summary>
    public static CallContext ForMemory()
    {
        CallContext context = Current;
        NdisThread.Set(context.UnverifiedPool);
        return context;
    }

    /// <summary>
    /// The pool that serves small blocks of this context without a record of each; null where every block is recorded.
    /// </summary>
    public NonpagedPool? UnverifiedPool => Instance.Verifies || Irql > Irql.DISPATCH_LEVEL ? null : Instance.Pool;

    /// <summary>Makes a context the current one until the scope is disposed.</summary>
    public static Scope Enter(CallContext context)
    {
        var scope = new Scope(t_current);
        Set(context);
        return scope;
    }

    private static void Set(CallContext? context)
    {
        t_current = context;
        NdisThread.Set(context?.UnverifiedPool);
    }

    /// <summary>In whose name the thread calls; known where there is no instance.</summary>
    public static Driver CurrentDriver => t_current?.Driver ?? Driver.Program;

    /// <summary>The IRQL of the current thread; PASSIVE_LEVEL outside of any driver.</summary>
    public static Irql CurrentIrql => t_current?.Irql ?? Irql.PASSIVE_LEVEL;

    /// <summary>
    /// Changes the IRQL of the current thread, until that of the function it runs ends. Returns the IRQL before.
    /// </summary>
    public static Irql ChangeIrql(Irql irql)
    {
        CallContext context = Current;
        if (context.Irql != irql) Set(context.At(irql));
        return context.Irql;
    }

    // A driver goes to and fro between two levels; each remembers the other.
    private CallContext At(Irql irql)
    {
        if (_other is null || _other.Irql != irql) _other = this with { Irql = irql, _other = this };
        return _other;
    }

    public readonly ref struct Scope(CallContext? outer)
    {
        private readonly CallContext? _outer = outer;

        public void Dispose() => Set(_outer);
    }
}
