using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// Fixed-size descriptors, packets or buffers, in memory of the instance's pool. Which are taken is kept here and not in them, so
/// that a driver that scribbles over a descriptor or frees it twice harms nobody else. Making a pool always succeeds and its
/// count is a limit (Windows CE, NdisAllocatePacketPool): memory is obtained as descriptors are taken. Thread-safe.
/// </summary>
internal sealed unsafe class ElementPool(NdisInstance instance, Driver owner, string kind, uint limit, uint elementSize)
{
    /// <summary>Descriptors are cut from slabs of a page.</summary>
    public const uint SlabSize = 4096;

    private const byte EdgePattern = 0xe5;

    private readonly Lock _lock = new();
    private readonly Stack<nint> _free = new();
    private readonly HashSet<nint> _taken = [];
    private readonly List<nint> _slabs = [];

    // Of a driver that is verified each descriptor is on pages of its own.
    private readonly FencedMemory? _fenced =
        instance.Options.GuardPages == GuardPages.None ? null : new FencedMemory(instance, $"a {kind} of a pool");

    private bool _retired;
    private bool _exceeded;

    public Driver Owner { get; } = owner;

    public string Kind { get; } = kind;

    public uint Limit { get; } = limit;

    public NDIS_HANDLE Handle { get; set; }

    /// <summary>
    /// What lies between the bytes that a packet's owner asked for and the next of NDIS's: nobody writes there. Nothing for none.
    /// </summary>
    public Range Edge { get; init; }

    /// <summary>How many are taken.</summary>
    public int Taken
    {
        get
        {
            lock (_lock) return _taken.Count;
        }
    }

    /// <summary>
    /// Obtains the first slab where there is memory, so that a driver that makes its pools first finds descriptors in them.
    /// </summary>
    public void Reserve()
    {
        lock (_lock)
        {
            if (Limit > 0 && _fenced is null) Grow();
        }
    }

    /// <summary>A zeroed descriptor, or null where the limit is reached or memory has run out.</summary>
    public void* Take()
    {
        lock (_lock)
        {
            if (_retired) return null;
            if (_taken.Count >= Limit && !MayExceed()) return null;
            if (_fenced is null && _free.Count == 0 && !Grow()) return null;
            nint element = _fenced?.Take(Owner, elementSize) ?? _free.Pop();
            if (element == 0) return null;
            _taken.Add(element);
            if (_fenced is not null) instance.DescriptorOwners[element] = this;
            if (_fenced is null) NativeMemory.Clear((void*)element, elementSize);
            else EdgeOf(element).Fill(EdgePattern);
            return (void*)element;
        }
    }

    /// <summary>Reports a packet whose owner wrote behind the bytes that it had asked for, once.</summary>
    public void CheckEdge(nint element, string call)
    {
        if (_fenced is null) return;
        lock (_lock)
        {
            if (!_taken.Contains(element) || EdgeOf(element).IndexOfAnyExcept(EdgePattern) < 0) return;
            EdgeOf(element).Fill(EdgePattern);
        }

        instance.Report(NdisReportKind.BrokenRule, call, Owner,
            "The driver wrote behind a packet's protocol area: it has the ProtocolReservedLength of NdisAllocatePacketPool.");
    }

    private Span<byte> EdgeOf(nint element) => new Span<byte>((void*)element, (int)elementSize)[Edge];

    /// <summary>Takes a descriptor back. False where it is free already, and then nothing of it is read.</summary>
    /// <param name="element">The descriptor.</param>
    /// <param name="named">The pool that a packet names; none for a buffer.</param>
    public bool Return(void* element, out NDIS_HANDLE named)
    {
        named = default;
        lock (_lock)
        {
            if (!_taken.Remove((nint)element)) return false;
            if (Kind == "packet") named = ((NDIS_PACKET*)element)->Private.Pool;
            if (_fenced is null) _free.Push((nint)element);
            else _fenced.Free((nint)element);
            if (_retired && _taken.Count == 0) Release();
            return true;
        }
    }

    /// <summary>
    /// Ends the pool, and answers how many of its descriptors are still taken. Their memory stays until they come back: somebody
    /// may still hold a pointer to them.
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

    /// <summary>Gives the memory back though descriptors are held: at the end of the instance, when no driver runs.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            _retired = true;
            _taken.Clear();
            _fenced?.FreeAll();
            Release();
        }
    }

    // Four times what was asked for is not a slip any more.
    private bool MayExceed()
    {
        if (!instance.Options.LenientPools || _taken.Count >= 4L * Limit) return false;
        if (!_exceeded)
        {
            instance.Report(
                NdisReportKind.BrokenRule, $"NdisAllocate{char.ToUpperInvariant(Kind[0])}{Kind[1..]}", Owner,
                $"More {Kind}s were taken than the {Limit} that the pool was made for.");
        }

        return _exceeded = true;
    }

    private IEnumerable<nint> ElementsOf(nint slab)
    {
        for (uint offset = 0u; offset + elementSize <= SlabSize; offset += elementSize) yield return slab + (nint)offset;
    }

    private bool Grow()
    {
        nint slab = (nint)instance.AllocateDescriptorPage();
        if (slab == 0) return false;
        _slabs.Add(slab);
        foreach (nint element in ElementsOf(slab))
        {
            instance.DescriptorOwners[element] = this;
            _free.Push(element);
        }

        return true;
    }

    private void Release()
    {
        foreach (nint slab in _slabs)
        {
            foreach (nint element in ElementsOf(slab)) instance.DescriptorOwners.TryRemove(element, out _);
            instance.FreeDescriptorPage((void*)slab);
        }

        _slabs.Clear();
        _free.Clear();
    }
}
