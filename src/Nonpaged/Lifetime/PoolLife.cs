namespace Nonpaged;

/// <summary>
/// Whether a pool is gone, and who touches the memory of its blocks at this moment. Calls under the lock of a part look here, and
/// see that the pool is gone; those that touch memory without a lock hold it.
/// </summary>
/// <param name="pool">The pool's name.</param>
internal sealed class PoolLife(string pool)
{
    private int _isOver;
    private int _holds;

    /// <summary>The pool's name, for errors.</summary>
    public string Pool { get; } = pool;

    public bool IsOver => Volatile.Read(ref _isOver) != 0;

    public ObjectDisposedException Disposed() => new($"NonpagedPool \"{Pool}\"");

    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public void ThrowIfOver()
    {
        if (IsOver) throw Disposed();
    }

    /// <summary>
    /// Keeps the memory where it is until disposed of. Nothing that a caller brings may run meanwhile,
    /// for it may dispose of the pool.
    /// </summary>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public Holding Hold()
    {
        Interlocked.Increment(ref _holds);
        if (!IsOver) return new Holding(this);
        Interlocked.Decrement(ref _holds);
        throw Disposed();
    }

    /// <summary>From here on no call begins. False where that was said before.</summary>
    public bool TryEnd() => Interlocked.Exchange(ref _isOver, 1) == 0;

    /// <summary>Waits for those who hold the pool: they held it before, or see that it is gone.</summary>
    public void AwaitHolders()
    {
        Interlocked.MemoryBarrier();
        SpinWait.SpinUntil(() => Volatile.Read(ref _holds) == 0);
    }

    internal readonly ref struct Holding(PoolLife life)
    {
        public void Dispose() => Interlocked.Decrement(ref life._holds);
    }
}
