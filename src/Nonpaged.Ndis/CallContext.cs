namespace Nonpaged.Ndis;

/// <summary>
/// In whose name the current thread calls NDIS. NdisAllocateMemory has neither an adapter nor a driver argument, so what the real NDIS
/// knows from the system it runs in is kept here, per thread, and set around each call into a driver.
/// </summary>
internal sealed record CallContext(NdisInstance Instance, Driver Driver, Irql Irql, bool Initializing)
{
    [ThreadStatic]
    private static CallContext? t_current;

    /// <summary>The context of the driver call in progress; outside of one, a plain program on the default instance.</summary>
    public static CallContext Current => t_current ?? NdisInstance.Default.ProgramContext;

    /// <summary>The pool that serves small blocks of this context without a record of each; null where every block is recorded.</summary>
    public NonpagedPool? UnverifiedPool => Instance.Options.Verify || Irql > Irql.DISPATCH_LEVEL ? null : Instance.Pool;

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
        UnverifiedMemory.Pool = context?.UnverifiedPool;
    }

    public readonly ref struct Scope(CallContext? outer)
    {
        private readonly CallContext? _outer = outer;

        public void Dispose() => Set(_outer);
    }
}
