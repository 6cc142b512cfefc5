namespace Nonpaged;

/// <summary>
/// The last blocks that were freed, by address, so that a second free can be told from a foreign pointer.
/// Thread-safe; its lock is the last of all.
/// </summary>
internal sealed class FreedBlocks
{
    private const int Capacity = 4096;

    private readonly Lock _gate = new();
    private readonly Queue<(nuint Address, MemoryBlock Block)> _order = new();
    private readonly Dictionary<nuint, MemoryBlock> _byAddress = [];

    public void Add(nuint address, MemoryBlock block)
    {
        lock (_gate)
        {
            _byAddress[address] = block;
            _order.Enqueue((address, block));
            if (_order.Count <= Capacity) return;
            (nuint oldest, MemoryBlock forgotten) = _order.Dequeue();
            if (_byAddress.TryGetValue(oldest, out MemoryBlock? latest) && latest == forgotten) _byAddress.Remove(oldest);
        }
    }

    public MemoryBlock? Find(nuint address)
    {
        lock (_gate) return _byAddress.GetValueOrDefault(address);
    }
}
