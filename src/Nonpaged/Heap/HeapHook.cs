namespace Nonpaged;

/// <summary>
/// A place before each lock that the heap takes and each step that it makes without one, for tests, which choose there the thread
/// that goes on. Only what leaves the fast path passes it: where none is installed it costs one load and one comparison there.
/// </summary>
internal abstract class HeapHook
{
    // Some microseconds: as long as a lock is held to fill a magazine.
    private const int Spins = 40;

    private static HeapHook? s_installed;

    /// <summary>The hook of the whole process, or null for none.</summary>
    public static HeapHook? Installed
    {
        get => Volatile.Read(ref s_installed);
        set => Volatile.Write(ref s_installed, value);
    }

    /// <summary>Takes a lock; the scope leaves it.</summary>
    public static Scope Enter(Lock gate)
    {
        s_installed?.Before(gate);
        // A lock by itself does not spin where the thread that the runtime began on was kept on one processor, as programs that
        // move packets do: then each wait would be one for the kernel.
        for (int i = 0; i < Spins; i++)
        {
            if (gate.TryEnter()) return new Scope(gate);
            Thread.SpinWait(1);
        }

        gate.Enter();
        return new Scope(gate);
    }

    /// <summary>What other threads see without a lock comes next.</summary>
    public static void Step() => s_installed?.Before(null);

    /// <summary>The number that a thread goes by where the processor's decides otherwise (<see cref="DepotLane"/>).</summary>
    public static int NumberOr(int processor) => s_installed?.Number ?? processor;

    /// <summary>The calling thread's.</summary>
    protected virtual int Number => 0;

    /// <summary>A lock that is held until this is disposed of.</summary>
    internal readonly ref struct Scope(Lock gate)
    {
        public void Dispose() => gate.Exit();
    }

    /// <summary>A thread is about to take a lock, or to make a step.</summary>
    protected abstract void Before(Lock? gate);
}
