namespace Nonpaged;

public sealed unsafe partial class NonpagedPool
{
    /// <summary>Takes memory from the extents there are; only from the one given, where that is not null.</summary>
    private delegate bool Taking(Extent? only);

    /// <summary>How long an extent should be.</summary>
    private enum Wish
    {
        /// <summary>As the pool grows, ahead of what is needed.</summary>
        Ahead,

        /// <summary>What is needed, in whole units.</summary>
        Exactly,

        /// <summary>What is needed and no more, for it goes to another process with its file.</summary>
        OwnFile,
    }

    /// <summary>
    /// Obtains another extent and takes from it, or says why not. The system calls are made outside of the pool's lock, so that what other threads
    /// free or find in the extents there are does not wait for them; the extent comes in, and is taken from, in one hold of the lock, so that
    /// none of them can be first.
    /// </summary>
    private AllocationFailure? GrowAndTake(PageRequest request, bool isOneBlock, Taking take)
    {
        lock (_growth)
        {
            lock (_gate)
            {
                ThrowIfDisposed();
                if (!isOneBlock && take(null)) return null;
            }

            if (TryObtain(request, isOneBlock ? Wish.OwnFile : Wish.Ahead, out AllocationFailure? failure) is not { } extent) return failure;
            lock (_gate)
            {
                if (Add(extent) is { } noRoom) return noRoom;
                if (take(isOneBlock ? extent : null)) return null;
                _pages.Remove(extent);
                _heldBytes -= extent.Length;
            }

            extent.Dispose();
            return new AllocationFailure(FailureKind.Fragmented,
                $"The extent obtained for {request.Pages << Page.Shift} bytes does not meet the request.", extent.Evidence, "try again; the kernel moved pages while they were being pinned");
        }
    }

    /// <summary>
    /// An extent for a request; where the pool is at its ceiling, or the host has none, idle ones go back to the kernel and it is tried again. Callers hold the
    /// growth lock.
    /// </summary>
    private Extent? TryObtain(PageRequest request, Wish wish, out AllocationFailure? failure)
    {
        ulong needed = request.Pages << Page.Shift;
        bool isFull = needed > Room();
        if (isFull) LetIdleGo(TimeSpan.Zero);
        Extent? extent = TryObtainOnce(request, needed, wish, out failure);
        // Other frames do not come from giving up these.
        if (extent is not null || isFull || _host!.DependsOnFrames(request) || !LetIdleGo(TimeSpan.Zero)) return extent;
        return TryObtainOnce(request, needed, wish, out failure);
    }

    private Extent? TryObtainOnce(PageRequest request, ulong needed, Wish wish, out AllocationFailure? failure)
    {
        ulong room = Room();
        if (needed > room)
        {
            failure = new AllocationFailure(FailureKind.Ceiling,
                $"The pool \"{Options.Name}\" may not grow by {needed} bytes.",
                $"its ceiling of {Options.Ceiling} bytes, of which {Options.Ceiling - room} are held", "raise NonpagedPoolOptions.Ceiling")
                { LimitValue = (long)ulong.Min(Options.Ceiling, long.MaxValue) };
            return null;
        }

        nuint? wished = wish switch
        {
            Wish.OwnFile => null,
            Wish.Exactly => (nuint)needed,
            _ => Growth.Wish(Options, needed, HeldBytes, room, _host!.Pins.Room()),
        };
        return _host!.TryObtain(request, wished, (nuint)ulong.Min(room, nuint.MaxValue >> 1), out failure);
    }

    /// <summary>How far the pool is from its ceiling. What is on its way back to the kernel still counts, so that is waited for.</summary>
    private ulong Room()
    {
        if (Volatile.Read(ref _leavingCount) > 0) SpinWait.SpinUntil(() => Volatile.Read(ref _leavingCount) == 0, TimeSpan.FromSeconds(1));
        return Options.Ceiling - ulong.Min(Options.Ceiling, HeldBytes);
    }
}
