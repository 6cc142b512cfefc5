namespace Nonpaged;

public sealed unsafe partial class NonpagedPool : ISpanSource
{
    private readonly bool _usesMagazines;
    private MagazineHeap? _magazines;
    private bool _knowsMagazines;
    private int _waitsToTrim;

    HeapSpan? ISpanSource.Take(int sizeClass, nuint pages, ChunkTable table, out AllocationFailure? failure)
    {
        HeapSpan? span = null;
        PageRequest request = SpanRequest(pages) with { Alignment = Chunk.Length, IsOfAddressOnly = true };
        bool Take()
        {
            int place = _owners.Add(this);
            nuint start = _pages.Allocate(request, place);
            if (start == 0)
            {
                _owners.Remove(place);
                return false;
            }

            span = new HeapSpan(start, pages, sizeClass) { Place = place, States = table };
            _owners.Replace(place, span);
            return true;
        }

        failure = null;
        using (HeapHook.Enter(_gate))
        {
            ThrowIfDisposed();
            Take();
        }

        if (span is null) failure = GrowAndTake(request, isOneBlock: false, _ => Take());
        if (span is null || table.TryAdd(span)) return span;
        GiveBack(span);
        failure = new AllocationFailure(FailureKind.AddressSpace,
            $"The pool \"{Options.Name}\" has no room for the states of more small blocks.", $"{ChunkTable.MostStates} states, one for each block, or two where its length is no power of two", "use further pools (NonpagedPool.Create), or longer blocks");
        return null;
    }

    void ISpanSource.Give(HeapSpan span)
    {
        span.States!.Remove(span);
        GiveBack(span);
    }

    private void GiveBack(HeapSpan span)
    {
        using (HeapHook.Enter(_gate))
        {
            if (_isDisposed) return;
            FreePages(span.Start, span.Pages);
            _owners.Remove(span.Place);
        }

        ReleaseLeaving();
    }

    void ISpanSource.OnBlocksKept()
    {
        HeapHook.Step();
        if (Options.IdleRelease == Timeout.InfiniteTimeSpan || Interlocked.Exchange(ref _waitsToTrim, 1) != 0) return;
        lock (_gate)
        {
            if (!_isDisposed) WakeAfter(Options.IdleRelease);
        }
    }

    /// <summary>
    /// Gives back to the pool, and from there by its policy to the kernel, what is kept for the next allocations of small blocks: by the calling thread, by threads that have ended,
    /// and between threads. What other threads that run keep stays theirs: up to 256 blocks of a size.
    /// </summary>
    /// <remarks>With <see cref="NonpagedPoolOptions.Guard"/> freed blocks that are kept from use are looked at, and go back.</remarks>
    /// <exception cref="ObjectDisposedException">The pool is disposed.</exception>
    public void Trim()
    {
        Magazines()?.Trim();
        ReleaseAllKept();
        TellCorruptions();
    }

    /// <summary>The pages that a small block in use shares with others of its size.</summary>
    internal (nuint Start, nuint Length) SpanOf(void* block)
    {
        lock (_gate)
        {
            ThrowIfDisposed();
            return _owners.TryGet(_map.Find((nuint)block)->Owner, out HeapSpan? span) ? (span.Start, span.Pages << Page.Shift)
                : throw new ArgumentException($"0x{(nuint)block:x} is no small block of the pool \"{Options.Name}\".", nameof(block));
        }
    }

    /// <summary>
    /// Blocks that must be recorded or cleared when they are freed do not go through magazines, nor does memory of which nothing may be kept; nor that of a machine, which
    /// may have a few pages.
    /// </summary>
    private static bool UsesMagazines(NonpagedPoolOptions options, bool grows) =>
        grows && !options.Verify && !options.ZeroOnFree && options.IdleRelease != TimeSpan.Zero;

    /// <summary>Made at the first small block, or reservation. Null where the pool has none.</summary>
    private MagazineHeap? Magazines()
    {
        if (_magazines is { } heap && !_isDisposed) return heap;
        lock (_gate)
        {
            ThrowIfDisposed();
            if (_knowsMagazines || !_usesMagazines) return _magazines;
            _knowsMagazines = true;
            _magazines = MagazineHeap.TryCreate(this);
            if (_magazines is null) return null;
            _cache = ThreadCache.At(ThreadCache.Nobodys, _magazines.Slot);
            _chunks = _magazines.Table.Entries;
            Volatile.Write(ref _chunkCount, ChunkTable.Count);
            return _magazines;
        }
    }
}
