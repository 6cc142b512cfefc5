using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged;

// What is inlined into a caller is what a magazine needs; all else is behind one call. Threads, tables and magazines: docs/heap.md.
public sealed unsafe partial class NonpagedPool
{
    /// <summary>The length in bytes up to which blocks share pages, and are served from the thread's magazines.</summary>
    public const int LongestSmallBlock = SizeClass.MaxLength;

    // Where nobody's magazines for this pool are, to which a thread adds how far its own are from those. Slot 0, of no pool, has empty ones in every thread.
    private nint _cache = ThreadCache.At(ThreadCache.Nobodys, 0);
    private readonly ushort* _classes = SizeClass.Magazines;
    private Chunk* _chunks;

    // None until there is a heap, written after the table that it is the length of.
    private nuint _chunkCount;

    /// <summary>Allocates resident memory, aligned to 16 bytes. Its contents are undefined.</summary>
    /// <param name="length">Size in bytes, at least 1.</param>
    /// <exception cref="AllocationException">There is no memory for it.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void* Allocate(nuint length)
    {
        nint cache = _cache;
        cache += ThreadTable.Current;
        nuint granules = (length + (SizeClass.Granule - 1)) / SizeClass.Granule;
        if (granules <= SizeClass.MaxLength / SizeClass.Granule)
        {
            var magazine = (Magazine*)(cache + _classes[granules]);
            nuint* top = magazine->Top;
            if (top != magazine->Floor) return (void*)Magazine.Pop(magazine, top);
        }

        return AllocateSlowly(length);
    }

    /// <summary>As <see cref="Allocate(nuint)"/>; where there is no memory, or the length is 0, the answer is false and the address null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAllocate(nuint length, out void* address)
    {
        nint cache = _cache;
        cache += ThreadTable.Current;
        nuint granules = (length + (SizeClass.Granule - 1)) / SizeClass.Granule;
        if (granules <= SizeClass.MaxLength / SizeClass.Granule)
        {
            var magazine = (Magazine*)(cache + _classes[granules]);
            nuint* top = magazine->Top;
            if (top != magazine->Floor)
            {
                address = (void*)Magazine.Pop(magazine, top);
                return true;
            }
        }

        return TryAllocateSlowly(length, out address);
    }

    /// <summary>Frees a block by its address. Null is allowed and does nothing.</summary>
    /// <exception cref="ArgumentException">The address is not that of a block in use. Nothing is freed or harmed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(void* address)
    {
        if (!TryFreeFast((nuint)address)) FreeSlowly(address);
    }

    /// <summary>Frees a small block that was allocated without a record: by the methods that return an address. False where the address is not one of such in use; nothing is freed or harmed then.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFreeSmall(void* address) => TryFreeFast((nuint)address) || TryFreeSmallSlowly((nuint)address);

    /// <summary>Allocates resident memory filled with zeros, aligned to 16 bytes.</summary>
    /// <inheritdoc cref="Allocate(nuint)"/>
    public void* AllocateZeroed(nuint length)
    {
        if (!IsForMagazines(length)) return Allocate(new MemoryRequest(length) { Zeroed = true }).Address;
        void* address = Allocate(length);
        NativeMemory.Clear(address, length);
        return address;
    }

    /// <summary>Allocates resident memory at an alignment: a power of two. Its contents are undefined.</summary>
    /// <inheritdoc cref="Allocate(nuint)"/>
    public void* AllocateAligned(nuint length, nuint alignment)
    {
        bool isSmall = IsForMagazines(length) && alignment <= SizeClass.MaxAlignment && BitOperations.IsPow2(alignment);
        return isSmall ? AllocateOf(SizeClass.Of(length, alignment)) : Allocate(new MemoryRequest(length) { Alignment = alignment }).Address;
    }

    /// <summary>Frees a block by its address, and checks that it can have this length.</summary>
    /// <exception cref="ArgumentException">The address is not that of a block in use, or its length is another. Nothing is freed or harmed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(void* address, nuint length)
    {
        if (!TryFreeFast((nuint)address, length)) ThrowIfBad(TryFree(address, length), address);
    }

    /// <summary>Allocates as many blocks of one length as the span has room for: all, or none.</summary>
    /// <exception cref="AllocationException">There is no memory for all; none is allocated.</exception>
    public void Allocate(Span<nint> blocks, nuint length)
    {
        int done = TakeLoaded(blocks, length);
        if (done < blocks.Length) AllocateRest(blocks, done, length);
    }

    /// <summary>Frees several blocks.</summary>
    /// <exception cref="ArgumentException">One of them is not in use; those before it are freed.</exception>
    public void Free(ReadOnlySpan<nint> blocks)
    {
        int done = PutLoaded(blocks);
        if (done < blocks.Length) FreeRest(blocks[done..]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryFreeFast(nuint address, nuint? length = null)
    {
        nint cache = _cache;
        cache += ThreadTable.Current;
        nuint index = address >> Chunk.Shift;
        if (index >= Volatile.Read(ref _chunkCount)) return false;
        Chunk* chunk = _chunks + index;
        nuint at = chunk->Magazine;
        if (HeapChecks.IsOn && length is { } given
            && (given > SizeClass.MaxLength || _classes[(given + (SizeClass.Granule - 1)) / SizeClass.Granule] != at)) return false;
        var magazine = (Magazine*)(cache + (nint)at);
        nuint* top = magazine->Top;
        if (top == magazine->Ceiling) return false;
        if (HeapChecks.IsOn)
        {
            uint* state = chunk->StateOf(address);
            if (*state != Chunk.InUse(address)) return false;
            // As good as Chunk.Free, and in a register.
            *state = (uint)at;
            top[1] = (nuint)state;
        }

        *top = address;
        magazine->Top = top + Magazine.Slot;
        return true;
    }

    /// <summary>Takes what the loaded magazine has, up to the length of the span. How many.</summary>
    private int TakeLoaded(Span<nint> blocks, nuint length)
    {
        nint cache = _cache;
        cache += ThreadTable.Current;
        nuint granules = (length + (SizeClass.Granule - 1)) / SizeClass.Granule;
        if (granules > SizeClass.MaxLength / SizeClass.Granule) return 0;
        var magazine = (Magazine*)(cache + _classes[granules]);
        nuint* top = magazine->Top;
        // In bytes, which need not be divided.
        nuint taken = nuint.Min((nuint)blocks.Length << Magazine.SlotShift, (nuint)top - (nuint)magazine->Floor);
        // Nobody's magazines are not to be written.
        if (taken == 0) return 0;
        magazine->Top = (nuint*)((byte*)top - taken);
        ref nint first = ref MemoryMarshal.GetReference(blocks);
        ref nint to = ref first;
        for (nuint fours = taken >> (Magazine.SlotShift + 2); fours > 0; fours--)
        {
            to = (nint)Magazine.Hand(top - Magazine.Slot);
            Unsafe.Add(ref to, 1) = (nint)Magazine.Hand(top - 2 * Magazine.Slot);
            Unsafe.Add(ref to, 2) = (nint)Magazine.Hand(top - 3 * Magazine.Slot);
            top -= 4 * Magazine.Slot;
            Unsafe.Add(ref to, 3) = (nint)Magazine.Hand(top);
            to = ref Unsafe.Add(ref to, 4);
        }

        while (top != magazine->Top)
        {
            top -= Magazine.Slot;
            to = (nint)Magazine.Hand(top);
            to = ref Unsafe.Add(ref to, 1);
        }

        return (int)((nuint)Unsafe.ByteOffset(ref first, ref to) / (nuint)sizeof(nint));
    }

    /// <summary>Frees the first blocks, as far as they are of one class, there is room in the loaded magazine, and nothing is wrong with them. How many.</summary>
    private int PutLoaded(ReadOnlySpan<nint> blocks)
    {
        nint cache = _cache;
        cache += ThreadTable.Current;
        nuint count = Volatile.Read(ref _chunkCount);
        if (blocks.Length == 0 || (nuint)blocks[0] >> Chunk.Shift >= count) return 0;
        Chunk* chunks = _chunks;
        uint kind = chunks[(nuint)blocks[0] >> Chunk.Shift].Kind;
        uint at = Chunk.MagazineOf(kind);
        int shift = Chunk.SizeShiftOf(kind);
        var magazine = (Magazine*)(cache + (nint)at);
        nuint* top = magazine->Top;
        ref nint first = ref MemoryMarshal.GetReference(blocks);
        ref nint from = ref first;
        ref nint end = ref Unsafe.Add(ref first, (nint)nuint.Min((nuint)blocks.Length, ((nuint)magazine->Ceiling - (nuint)top) >> Magazine.SlotShift));
        while (Unsafe.IsAddressLessThan(ref from, ref end))
        {
            var address = (nuint)from;
            nuint index = address >> Chunk.Shift;
            // No branch on where the block before lies: the processor would mispredict it.
            if (index >= count) break;
            Chunk* chunk = chunks + index;
            if (chunk->Kind != kind) break;
            if (HeapChecks.IsOn)
            {
                uint* state = chunk->States + (address >> shift);
                if (*state != Chunk.InUse(address)) break;
                *state = at;
                top[1] = (nuint)state;
            }

            *top = address;
            top += Magazine.Slot;
            from = ref Unsafe.Add(ref from, 1);
        }

        if (Unsafe.AreSame(ref first, ref from)) return 0;
        magazine->Top = top;
        return (int)((nuint)Unsafe.ByteOffset(ref first, ref from) / (nuint)sizeof(nint));
    }

    private void AllocateRest(Span<nint> blocks, int done, nuint length)
    {
        try
        {
            while (done < blocks.Length)
            {
                // Where the magazine was empty this fills it.
                blocks[done] = (nint)Allocate(length);
                done++;
                done += TakeLoaded(blocks[done..], length);
            }
        }
        catch (AllocationException)
        {
            Free(blocks[..done]);
            blocks.Clear();
            throw;
        }
    }

    private void FreeRest(ReadOnlySpan<nint> blocks)
    {
        while (blocks.Length > 0)
        {
            Free((void*)blocks[0]);
            blocks = blocks[1..];
            blocks = blocks[PutLoaded(blocks)..];
        }
    }
}
