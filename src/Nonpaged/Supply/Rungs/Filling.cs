namespace Nonpaged;

/// <summary>
/// Fills memory in portions, by the thread that asks and by those of the thread pool that come to its aid. They may come late or
/// not at all, so the first takes portions until none is left, and waits only for those that others have begun.
/// </summary>
internal sealed class Filling : IThreadPoolWorkItem
{
    private readonly object _gate = new();
    private readonly int _portions;
    private readonly Func<int, AllocationFailure?> _fill;
    private AllocationFailure? _failure;
    private int _taken;
    private int _active;

    private Filling(int portions, Func<int, AllocationFailure?> fill)
    {
        _portions = portions;
        _fill = fill;
    }

    /// <summary>Null, or why a portion could not be filled; then some others were not begun.</summary>
    public static AllocationFailure? Run(int portions, Func<int, AllocationFailure?> fill)
    {
        var filling = new Filling(portions, fill);
        for (int i = 1; i < int.Min(Environment.ProcessorCount, portions); i++)
            ThreadPool.UnsafeQueueUserWorkItem(filling, preferLocal: false);
        filling.Execute();
        return filling.Await();
    }

    public void Execute()
    {
        // Counted before it takes one: who sees nobody here knows that no portion is under way.
        lock (_gate) _active++;
        while (Volatile.Read(ref _failure) is null && Interlocked.Increment(ref _taken) is var portion && portion <= _portions)
        {
            if (_fill(portion - 1) is { } refused) Volatile.Write(ref _failure, refused);
        }

        lock (_gate)
        {
            if (--_active == 0) Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Waits for the portions that others have begun.</summary>
    private AllocationFailure? Await()
    {
        lock (_gate)
        {
            while (_active > 0) Monitor.Wait(_gate);
        }

        return _failure;
    }
}
