using System.Runtime.InteropServices;

namespace Nonpaged;

public sealed unsafe partial class NonpagedPool
{
    /// <summary>Allocates resident memory, aligned to 16 bytes. Its contents are undefined.</summary>
    /// <param name="length">Size in bytes, at least 1.</param>
    /// <exception cref="AllocationException">There is no memory for it.</exception>
    public void* Allocate(nuint length) => Allocate(length, 0, zeroed: false);

    /// <summary>Allocates resident memory filled with zeros, aligned to 16 bytes.</summary>
    /// <inheritdoc cref="Allocate(nuint)"/>
    public void* AllocateZeroed(nuint length) => Allocate(length, 0, zeroed: true);

    /// <summary>Allocates resident memory at an alignment: a power of two. Its contents are undefined.</summary>
    /// <inheritdoc cref="Allocate(nuint)"/>
    public void* AllocateAligned(nuint length, nuint alignment) => Allocate(length, alignment, zeroed: false);

    /// <summary>Allocates as many blocks of one length as the span has room for: all, or none.</summary>
    /// <exception cref="AllocationException">There is no memory for all; none is allocated.</exception>
    public void Allocate(Span<nint> blocks, nuint length)
    {
        for (int i = 0; i < blocks.Length; i++)
        {
            try
            {
                blocks[i] = (nint)Allocate(length);
            }
            catch (AllocationException)
            {
                Free(blocks[..i]);
                blocks.Clear();
                throw;
            }
        }
    }

    /// <summary>Frees a block by its address. Null is allowed and does nothing.</summary>
    /// <exception cref="ArgumentException">The address is not that of a block in use. Nothing is freed or harmed.</exception>
    public void Free(void* address) => ThrowIfBad(TryFree(address), address);

    /// <summary>Frees a block by its address, and checks that it can have this length.</summary>
    /// <exception cref="ArgumentException">The address is not that of a block in use, or its length is another. Nothing is freed or harmed.</exception>
    public void Free(void* address, nuint length) => ThrowIfBad(TryFree(address, length), address);

    /// <summary>Frees several blocks.</summary>
    /// <exception cref="ArgumentException">One of them is not in use; those before it are freed.</exception>
    public void Free(ReadOnlySpan<nint> blocks)
    {
        foreach (nint block in blocks) Free((void*)block);
    }

    /// <summary>Frees a block by its address, or says what is wrong with that. A bad free changes nothing.</summary>
    /// <param name="address">The block's first byte. Null is allowed.</param>
    /// <param name="length">Its length in bytes, or null for not checking it. Where the exact length is not recorded, one of the same size class passes.</param>
    public BadFree TryFree(void* address, nuint? length = null)
    {
        if (address == null) return BadFree.None;
        BadFree bad;
        MemoryBlock? run = null;
        lock (_gate) bad = TryFree((nuint)address, length, ref run);
        if (run is not null) FreeRun(run.Request, run.Place, (nuint)address);
        ReleaseLeaving();
        return bad;
    }

    /// <summary>As above, with the lock held: a block whose pages are still to be given back is returned.</summary>
    private BadFree TryFree(nuint address, nuint? length, ref MemoryBlock? run)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
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
        if (start == 0 || !span.IsUsed(start)) return BadFree.NotAllocated;
        if (start != address) return BadFree.Middle;
        if (length is { } given && !span.MayHold(given)) return BadFree.WrongLength;
        FreeSmall(span, start);
        return BadFree.None;
    }

    private void FreeSmall(HeapSpan span, nuint start)
    {
        if (Options.ZeroOnFree) NativeMemory.Clear((void*)start, (nuint)span.BlockSize);
        _heap.Free(span, start);
    }

    /// <summary>How many bytes of a block can be used: its size class, or its whole pages.</summary>
    /// <exception cref="ArgumentException">The address is not that of a block in use.</exception>
    public nuint GetUsableSize(void* address)
    {
        lock (_gate)
        {
            PageEntry* entry = _map.Find((nuint)address);
            if (entry != null && entry->Owner > 0)
            {
                if (_owners.TryGet(entry->Owner, out MemoryBlock? block) && block.Address == address) return Page.RoundUp(block.Length, Page.Size);
                if (_owners.TryGet(entry->Owner, out HeapSpan? span) && span.BlockOf((nuint)address) == (nuint)address && span.IsUsed((nuint)address)) return (nuint)span.BlockSize;
            }
        }

        throw new ArgumentException($"0x{(nuint)address:x} is not a block in use of the pool \"{Options.Name}\".", nameof(address));
    }

    private void* Allocate(nuint length, nuint alignment, bool zeroed)
    {
        bool isSmall = length is > 0 and <= SizeClass.MaxSize && alignment <= SizeClass.Granule && !Options.Verify;
        if (!isSmall) return Allocate(new MemoryRequest(length) { Alignment = alignment, Zeroed = zeroed }).Address;
        nuint address = AllocateSmall(SizeClass.Of(length));
        if (zeroed) NativeMemory.Clear((void*)address, length);
        return (void*)address;
    }

    private nuint AllocateSmall(int sizeClass)
    {
        nuint address;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            address = _heap.Allocate(sizeClass, scarce: _host is null);
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
            nuint address = _heap.Allocate(sizeClass, scarce);
            if (address != 0) taken(address);
            return address != 0;
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (Take(scarce: _host is null)) return null;
            if (_host is null) return Shortage(request);
        }

        AllocationFailure? failure = GrowAndTake(SpanRequest(Heap.SpanPages(sizeClass)), isOneBlock: false, _ => Take(scarce: false));
        lock (_gate) return failure is null || Take(scarce: true) ? null : failure;
    }

    private void ThrowIfBad(BadFree bad, void* address)
    {
        string? wrong = bad switch
        {
            BadFree.None => null,
            BadFree.Foreign => "is not of this pool",
            BadFree.Middle => "lies inside a block, not at its start",
            BadFree.WrongLength => "is a block of another length",
            _ => "is not a block in use: it was freed before, or never allocated",
        };
        if (wrong is not null) throw new ArgumentException($"0x{(nuint)address:x} {wrong} (pool \"{Options.Name}\").", nameof(address));
    }
}
