using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged;

public sealed unsafe partial class NonpagedPool
{
    /// <summary>Frees a block by its address, or says what is wrong with that. A bad free changes nothing.</summary>
    /// <param name="address">The block's first byte. Null is allowed.</param>
    /// <param name="length">Its length in bytes, or null for not checking it. Where the exact length is not recorded, one of the same size class passes.</param>
    public BadFree TryFree(void* address, nuint? length = null)
    {
        if (address == null) return BadFree.None;
        if (TryFreeOfHeap((nuint)address, length) is { } answer) return answer;
        BadFree bad;
        MemoryBlock? run = null;
        lock (_gate) bad = TryFree((nuint)address, length, ref run);
        if (run is not null) FreeRun(run.Request, run.Place, (nuint)address);
        ReleaseLeaving();
        TellCorruptions();
        return bad;
    }

    /// <summary>As above, with the lock held: a block whose pages are still to be given back is returned.</summary>
    private BadFree TryFree(nuint address, nuint? length, ref MemoryBlock? run)
    {
        ThrowIfDisposed();
        PageEntry* entry = _map.Find(address);
        if (entry == null || entry->Extent == 0) return BadFree.Foreign;
        if (FindBlock(address) is { } block)
        {
            if (block.Start != address) return BadFree.Middle;
            if (length is { } expected && expected != block.Length) return BadFree.WrongLength;
            if (Remove(block)) run = block;
            return BadFree.None;
        }

        if (entry->Owner <= 0 || !_owners.TryGet(entry->Owner, out HeapSpan? span)) return BadFree.NotAllocated;
        nuint start = span.BlockOf(address);
        // Where all blocks are recorded, one without a record was freed and is kept from use.
        if (start == 0 || Options.Verify || !span.IsUsed(start)) return BadFree.NotAllocated;
        if (start != address) return BadFree.Middle;
        if (length is { } given && !SizeClass.MayHold(span.SizeClass, given)) return BadFree.WrongLength;
        // A block of the heap that another thread allocated between the two looks at it: this free came too early, whoever had the block.
        if (span.States is not null) return BadFree.NotAllocated;
        FreeSmall(span, start);
        return BadFree.None;
    }

    /// <summary>Frees a block of the heap, or says that its length is another. Null where the address is not of one in use.</summary>
    private BadFree? TryFreeOfHeap(nuint address, nuint? length)
    {
        if (_magazines?.ClassOfBlock(address) is not (> 0 and var sizeClass)) return null;
        if (length is { } given && !SizeClass.MayHold(sizeClass, given)) return BadFree.WrongLength;
        return _magazines.TryFree(address) ? BadFree.None : null;
    }

    /// <summary>Frees a small block without a record, of the size class of a length and no other. False where the address is not one of such in use.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryFreeOfClass(nuint address, nuint length)
    {
        int sizeClass = SizeClass.Of(length);
        if (_magazines?.ClassOfBlock(address) is > 0 and var actual) return actual == sizeClass && _magazines.TryFree(address);
        lock (_gate)
        {
            PageEntry* entry = _map.Find(address);
            if (entry == null || entry->Owner <= 0 || !_owners.TryGet(entry->Owner, out HeapSpan? span) || span.SizeClass != sizeClass || FindBlock(address) is not null) return false;
        }

        return TryFree((void*)address) == BadFree.None;
    }

    private void FreeSmall(HeapSpan span, nuint start)
    {
        if (Options.ZeroOnFree) NativeMemory.Clear((void*)start, (nuint)span.BlockSize);
        Spans.Free(span, start);
    }

    /// <summary>How many bytes of a block can be used: its size class, or its whole pages.</summary>
    /// <exception cref="ArgumentException">The address is not that of a block in use.</exception>
    public nuint GetUsableSize(void* address)
    {
        if (_magazines?.ClassOfBlock((nuint)address) is > 0 and var sizeClass) return (nuint)SizeClass.Size(sizeClass);
        lock (_gate)
        {
            ThrowIfDisposed();
            PageEntry* entry = _map.Find((nuint)address);
            if (entry != null && entry->Owner > 0)
            {
                if (_owners.TryGet(entry->Owner, out MemoryBlock? block) && block.Address == address) return Page.RoundUp(block.Length, Page.Size);
                if (_guarded is not null && _heapBlocks.TryGetValue((nuint)address, out MemoryBlock? guarded)) return guarded.Length;
                if (_owners.TryGet(entry->Owner, out HeapSpan? span) && span.BlockOf((nuint)address) == (nuint)address && span.IsUsed((nuint)address)) return (nuint)span.BlockSize;
            }
        }

        throw new ArgumentException($"0x{(nuint)address:x} is not a block in use of the pool \"{Options.Name}\".", nameof(address));
    }

    private bool IsForMagazines(nuint length) => _usesMagazines && length is > 0 and <= SizeClass.MaxLength;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void* AllocateSlowly(nuint length)
    {
        if (length is 0 or > SizeClass.MaxLength || Options.Verify) return Allocate(new MemoryRequest(length)).Address;
        int sizeClass = SizeClass.Of(length);
        return TryAllocateSpare(sizeClass, out nuint block) ? (void*)block : AllocateOf(sizeClass);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FreeSlowly(void* address)
    {
        if (!TryFreeSpare((nuint)address)) ThrowIfBad(TryFree(address), address);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryFreeSmallSlowly(nuint address) => TryFreeSpare(address) || TryFreeOfHeap(address, null) == BadFree.None;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void* AllocateSlowlyOrNull(nuint length)
    {
        try
        {
            return length > 0 ? AllocateSlowly(length) : null;
        }
        catch (AllocationException)
        {
            // The caller asked for an answer instead.
            return null;
        }
    }

    /// <summary>A block of the spare magazine, which becomes the loaded one: bursts go from one to the other, so this is short.</summary>
    private bool TryAllocateSpare(int sizeClass, out nuint block)
    {
        block = 0;
        Magazine* magazine = ThreadCache.MagazineOf(_cache + ThreadTable.Current, sizeClass);
        if (magazine->SpareTop == magazine->SpareFloor) return false;
        magazine->Swap();
        block = magazine->Pop();
        return true;
    }

    private bool TryFreeSpare(nuint address)
    {
        nuint index = Chunk.IndexOf(address);
        if (index >= Volatile.Read(ref _chunkCount)) return false;
        Chunk chunk = _chunks[index];
        var magazine = (Magazine*)(_cache + ThreadTable.Current + chunk.Magazine);
        // A full one has no room either, and one of no class has none at all.
        if (magazine->SpareLength >= magazine->Length) return false;
        ushort* state = chunk.StateOf(address);
        if (HeapChecks.IsOn && *state != Chunk.InUse(address)) return false;
        magazine->Swap();
        magazine->Push(address, state);
        return true;
    }

    /// <summary>A block of a size class: from the thread's magazines; where no span can be had, what other threads do not need is collected; at last from single pages.</summary>
    private void* AllocateOf(int sizeClass)
    {
        if (Magazines() is { } heap)
        {
            nuint block = heap.Allocate(sizeClass, out _);
            if (block == 0)
            {
                heap.Trim();
                block = heap.Allocate(sizeClass, out _);
            }

            if (block != 0) return (void*)block;
        }

        return (void*)AllocateSmall(sizeClass);
    }

    private nuint AllocateSmall(int sizeClass)
    {
        nuint address;
        lock (_gate)
        {
            ThrowIfDisposed();
            address = Spans.Allocate(sizeClass, scarce: _host is null);
        }

        return address != 0 ? address : GrowForSmall(sizeClass);
    }

    private nuint GrowForSmall(int sizeClass)
    {
        nuint address = 0;
        AllocationFailure? failure = AllocateSmall(sizeClass, new MemoryRequest((nuint)SizeClass.Size(sizeClass)), taken => address = taken);
        return failure is null ? address : throw new AllocationException(failure);
    }

    /// <summary>Takes a small block: from the spans there are, from new ones, from another extent, and where none can be had from what single pages are left.</summary>
    private AllocationFailure? AllocateSmall(int sizeClass, MemoryRequest request, Action<nuint> taken)
    {
        bool Take(bool scarce)
        {
            nuint address = Spans.Allocate(sizeClass, scarce);
            if (address != 0) taken(address);
            return address != 0;
        }

        lock (_gate)
        {
            ThrowIfDisposed();
            if (Take(scarce: _host is null)) return null;
            if (_host is null) return Shortage(request);
        }

        AllocationFailure? failure = GrowAndTake(SpanRequest(SpanHeap.SpanPages(sizeClass)), isOneBlock: false, _ => Take(scarce: false));
        if (failure is null) return null;
        lock (_gate)
        {
            ThrowIfDisposed();
            if (Take(scarce: true)) return null;
        }

        // Where there is no room for a span there may be for the pages of a block.
        return GrowAndTake(SpanRequest(Page.Count((nuint)SizeClass.Size(sizeClass))), isOneBlock: false, _ => Take(scarce: true)) is null ? null : failure;
    }

    private void ThrowIfBad(BadFree bad, void* address)
    {
        string? wrong = bad switch
        {
            BadFree.None => null,
            BadFree.Foreign => "is not of this pool",
            BadFree.Middle => $"lies inside {NameBlock((nuint)address)}, not at its start",
            BadFree.WrongLength => $"is {NameBlock((nuint)address)}, and the length given is another",
            _ => "is not a block in use: it was freed before, or never allocated",
        };
        if (wrong is not null) throw new ArgumentException($"0x{(nuint)address:x} {wrong} (pool \"{Options.Name}\").", nameof(address));
    }

    /// <summary>The block in use that an address lies in, for messages.</summary>
    private string NameBlock(nuint address)
    {
        lock (_gate)
        {
            if (FindBlock(address) is { } block) return $"the block of {block.Length} bytes at 0x{block.Start:x}";
            PageEntry* entry = _map.Find(address);
            if (entry != null && _owners.TryGet(entry->Owner, out HeapSpan? span) && span.BlockOf(address) is not 0 and var start)
                return $"the block of up to {span.BlockSize} bytes at 0x{start:x}";
        }

        return "a block";
    }
}
