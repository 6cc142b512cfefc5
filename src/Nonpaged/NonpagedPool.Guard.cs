namespace Nonpaged;

public sealed unsafe partial class NonpagedPool
{
    private readonly GuardedBlocks? _guarded;

    /// <summary>
    /// Told of each write to memory that was not the writer's, by the thread whose call found it. Where nobody listens that call throws
    /// <see cref="MemoryCorruptionException"/>. With <see cref="NonpagedPoolOptions.Guard"/> only.
    /// </summary>
    public event Action<MemoryCorruption>? Corrupted;

    /// <summary>The class for a small request, with room for the guard; 0 where that makes it too long.</summary>
    private int SmallClassOf(MemoryRequest request)
    {
        nuint length = request.Length + (_guarded is null ? 0u : GuardedBlocks.GuardLength);
        return length > SizeClass.MaxLength ? 0 : SizeClass.Of(length, request.Alignment);
    }

    /// <summary>Gives a small block that was recorded back, or keeps it for a while. Callers hold the lock.</summary>
    private void FreeRecorded(nuint start, MemoryBlock block)
    {
        if (!_owners.TryGet(_map.Find(start)->Owner, out HeapSpan? span)) return;
        if (_guarded is null)
        {
            FreeSmall(span, start);
            return;
        }

        _guarded.Keep(span, start, block);
        ReleaseKept(all: false);
    }

    /// <summary>Gives freed blocks back that were kept from use. Callers hold the lock.</summary>
    private void ReleaseKept(bool all)
    {
        while (_guarded?.TakeDue(all, out nuint start) is { } span) FreeSmall(span, start);
    }

    /// <summary>Gives all of them back: for whoever needs the memory.</summary>
    private void ReleaseAllKept()
    {
        if (_guarded is null) return;
        lock (_gate)
        {
            ThrowIfDisposed();
            ReleaseKept(all: true);
        }

        ReleaseLeaving();
    }

    private void TellCorruptions()
    {
        if (_guarded is null) return;
        MemoryCorruption[] found;
        lock (_gate) found = _guarded.TakeFound();
        if (found.Length == 0) return;
        if (Corrupted is not { } told) throw new MemoryCorruptionException(found);
        foreach (MemoryCorruption corruption in found) told(corruption);
    }
}
