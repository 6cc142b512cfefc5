namespace Nonpaged;

// A pool may be disposed of beside any call of any thread. Hits are not held up: MagazineHeap. Calls under the pool's lock see that it is gone; those that touch the memory of
// blocks without it hold the pool meanwhile.
public sealed unsafe partial class NonpagedPool
{
    private volatile bool _isDisposed;
    private int _holds;

    /// <summary>
    /// Told by <see cref="Dispose"/> of what was still in use, by the thread that disposes, when the memory is gone. Not told where nothing was.
    /// </summary>
    public event Action<PoolLeftovers>? LeftBehind;

    /// <summary>What was still in use when the pool was disposed; null before. The blocks' requests, with their owners, can still be read.</summary>
    public PoolLeftovers? Leftovers { get; private set; }

    /// <summary>Its memory is gone: <see cref="Dispose"/> was called, and may not have returned.</summary>
    public bool IsDisposed => _isDisposed;

    /// <summary>
    /// Gives all memory back at once, blocks in use included; <see cref="LeftBehind"/> and <see cref="Leftovers"/> tell which. May be called beside any other call of any thread: these
    /// complete, or throw an <see cref="ObjectDisposedException"/>. Later calls of <see cref="Dispose"/> do nothing.
    /// </summary>
    /// <remarks>
    /// No address of the pool may be used afterwards. The address range stays reserved without access, so that a stale pointer faults and writes to nothing new: until the
    /// process runs short of address space, or has disposed of pools with more than 1 TiB, or more than 1024 extents, since then.
    /// </remarks>
    public void Dispose()
    {
        HeapHook.Step();
        lock (_growth)
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            _chunkCount = 0;
            _cache = ThreadCache.At(ThreadCache.Nobodys, 0);
            _idleTimer?.Dispose();
        }

        // Who holds the pool now held it before, or sees that it is gone.
        Interlocked.MemoryBarrier();
        SpinWait.SpinUntil(() => Volatile.Read(ref _holds) == 0);
        HeapHook.Step();
        lock (_growth)
        lock (_gate)
        {
            Leftovers = FindLeftovers();
            foreach (Extent extent in _owners.OfType<Extent>()) extent.Retire();
            _host?.Dispose();
            _importPins?.Dispose();
            _map.Dispose();
            _owners.Clear();
            _heapBlocks.Clear();
            _heldBytes = 0;
        }

        // Without the lock: a thread that ends at this moment gives back under it.
        _magazines?.Dispose();
        if (Leftovers.Any) LeftBehind?.Invoke(Leftovers);
    }

    ObjectDisposedException ISpanSource.Disposed() => Disposed();

    internal ObjectDisposedException Disposed() => new($"NonpagedPool \"{Options.Name}\"");

    internal void ThrowIfDisposed()
    {
        if (_isDisposed) throw Disposed();
    }

    /// <summary>Keeps the memory where it is until disposed of. Nothing that a caller brings may run meanwhile, for it may dispose of the pool.</summary>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    internal Holding Hold()
    {
        Interlocked.Increment(ref _holds);
        if (!_isDisposed) return new Holding(this);
        Interlocked.Decrement(ref _holds);
        throw Disposed();
    }

    private PoolLeftovers FindLeftovers()
    {
        long small = 0;
        ulong bytes = 0;
        if (!Options.Verify)
        {
            foreach (HeapSpan span in _owners.OfType<HeapSpan>())
            {
                int used = span.UsedBlocks;
                small += used;
                bytes += (ulong)used * (ulong)span.BlockSize;
            }
        }

        return new PoolLeftovers(Options.Name, [.. _owners.OfType<MemoryBlock>(), .. _heapBlocks.Values], small, bytes);
    }

    internal readonly ref struct Holding(NonpagedPool pool)
    {
        public void Dispose() => Interlocked.Decrement(ref pool._holds);
    }
}
