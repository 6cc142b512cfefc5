namespace Nonpaged;

/// <summary>
/// A place before each lock that the heap takes and each step that it makes without one, for tests, which choose there the thread
/// that goes on. Only what leaves the fast path passes it: where none is installed it costs one load and one comparison there.
/// </summary>
internal abstract class HeapHook
{
    private static HeapHook? s_installed;

    /// <summary>The hook of the whole process, or null for none.</summary>
    public static HeapHook? Installed
    {
        get => Volatile.Read(ref s_installed);
        set => Volatile.Write(ref s_installed, value);
    }

    /// <summary>Takes a lock; the scope leaves it.</summary>
    public static Lock.Scope Enter(Lock gate)
    {
        s_installed?.Before(gate);
        return gate.EnterScope();
    }

    /// <summary>What other threads see without a lock comes next.</summary>
    public static void Step() => s_installed?.Before(null);

    /// <summary>The number that a thread goes by where the processor's decides otherwise (<see cref="DepotLane"/>).</summary>
    public static int NumberOr(int processor) => s_installed?.Number ?? processor;

    /// <summary>The calling thread's.</summary>
    protected virtual int Number => 0;

    /// <summary>A thread is about to take a lock, or to make a step.</summary>
    protected abstract void Before(Lock? gate);
}
