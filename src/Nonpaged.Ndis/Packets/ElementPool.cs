using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// Fixed-size descriptors, packets or buffers, in memory of the instance's pool. Which are taken is kept here and not in them, so that a
/// driver that scribbles over a descriptor or frees it twice harms nobody else. Memory is obtained when descriptors are first
/// taken, because making a pool always succeeds and its count is a limit (Windows CE, NdisAllocatePacketPool). Thread-safe.
/// </summary>
internal sealed unsafe class ElementPool(NdisInstance instance, Driver owner, string kind, uint limit, uint elementSize)
{
    private const uint SlabElements = 32;

    private readonly Lock _lock = new();
    private readonly Stack<nint> _free = new();
    private readonly HashSet<nint> _taken = [];
    private readonly List<(nint Start, uint Elements)> _slabs = [];
    private bool _retired;

    public Driver Owner { get; } = owner;

    public string Kind { get; } = kind;

    public uint Limit { get; } = limit;

    public NDIS_HANDLE Handle { get; set; }

    /// <summary>How many are taken now.</summary>
    public int Taken
    {
        get
        {
            lock (_lock) return _taken.Count;
        }
    }

    /// <summary>A zeroed descriptor, or null where the limit is reached or memory has run out.</summary>
    public void* Take()
    {
        lock (_lock)
        {
            if (_retired || _taken.Count >= Limit) return null;
            if (_free.Count == 0 && !Grow()) return null;
            var element = _free.Pop();
            _taken.Add(element);
            NativeMemory.Clear((void*)element, elementSize);
            return (void*)element;
        }
    }

    /// <summary>Takes a descriptor back. False where it is free already.</summary>
    public bool Return(void* element)
    {
        lock (_lock)
        {
            if (!_taken.Remove((nint)element)) return false;
            _free.Push((nint)element);
            if (_retired && _taken.Count == 0) Release();
            return true;
        }
    }

    /// <summary>
    /// Ends the pool, and answers how many of its descriptors are still taken. Their memory stays until they come back: somebody may
    /// still hold a pointer to them.
    /// </summary>
    public int Retire()
    {
        lock (_lock)
        {
            _retired = true;
            if (_taken.Count == 0) Release();
            return _taken.Count;
        }
    }

    /// <summary>Gives the memory back whoever holds descriptors: at the end of the instance, when nobody runs any more.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            _retired = true;
            _taken.Clear();
            Release();
        }
    }

    private bool Grow()
    {
        var elements = Math.Min(SlabElements, Limit - (uint)_taken.Count);
        var start = (nint)instance.AllocateDescriptors(elements * elementSize);
        if (start == 0) return false;
        _slabs.Add((start, elements));
        for (var index = (int)elements - 1; index >= 0; index--)
        {
            var element = start + (nint)(index * elementSize);
            instance.DescriptorOwners[element] = this;
            _free.Push(element);
        }

        return true;
    }

    private void Release()
    {
        foreach (var (start, elements) in _slabs)
        {
            for (var index = 0u; index < elements; index++)
                instance.DescriptorOwners.TryRemove(start + (nint)(index * elementSize), out _);
            instance.FreeDescriptors((void*)start);
        }

        _slabs.Clear();
        _free.Clear();
    }
}
