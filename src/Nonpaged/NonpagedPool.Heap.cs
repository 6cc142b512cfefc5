using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged;

// What is inlined into a caller is what a magazine needs; all else is behind one call. Threads, tables and magazines: docs/heap.md.
public sealed unsafe partial class NonpagedPool
{
    /// <summary>The length in bytes up to which blocks share pages, and are served from the thread's magazines.</summary>
    public const int LongestSmallBlock = SizeClass.MaxLength;

    // Where a thread's table has this pool's cache, in bytes; 0 is where it has one that is always empty.
    private nint _cacheOffset;

    /// <summary>Allocates resident memory, aligned to 16 bytes. Its contents are undefined.</summary>
    /// <param name="length">Size in bytes, at least 1.</param>
    /// <exception cref="AllocationException">There is no memory for it.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void* Allocate(nuint length)
    {
        nint offset = _cacheOffset;
        nint table = ThreadTable.Current;
        nuint granules = (length + (SizeClass.Granule - 1)) / SizeClass.Granule;
        if (table != 0 && granules <= SizeClass.MaxLength / SizeClass.Granule)
        {
            byte* cache = *(byte**)(table + offset);
            var magazine = (Magazine*)(cache + ThreadCache.Of(cache)->Magazines[granules]);
            nuint* top = magazine->Top;
            if (top != magazine->Floor) return (void*)Magazine.Pop(magazine, top);
        }

        return AllocateSlowly(length);
    }

    /// <summary>As <see cref="Allocate(nuint)"/>; where there is no memory, or the length is 0, the answer is false and the address null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAllocate(nuint length, out void* address)
    {
        nint offset = _cacheOffset;
        nint table = ThreadTable.Current;
        nuint granules = (length + (SizeClass.Granule - 1)) / SizeClass.Granule;
        if (table != 0 && granules <= SizeClass.MaxLength / SizeClass.Granule)
        {
            byte* cache = *(byte**)(table + offset);
            var magazine = (Magazine*)(cache + ThreadCache.Of(cache)->Magazines[granules]);
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
        nint offset = _cacheOffset;
        nint table = ThreadTable.Current;
        if (table == 0) return false;
        byte* cache = *(byte**)(table + offset);
        nuint index = address >> Chunk.Shift;
        if (index >= ThreadCache.Of(cache)->ChunkCount) return false;
        Chunk* chunk = ThreadCache.Of(cache)->Chunks + index;
        nuint at = chunk->Magazine;
        if (HeapChecks.IsOn && length is { } given
            && (given > SizeClass.MaxLength || ThreadCache.Of(cache)->Magazines[(given + (SizeClass.Granule - 1)) / SizeClass.Granule] != at)) return false;
        Magazine* magazine = (Magazine*)(cache + at);
        nuint* top = magazine->Top;
        if (top == magazine->Ceiling) return false;
        if (HeapChecks.IsOn)
        {
            uint* state = chunk->StateOf(address);
            if (*state != Chunk.InUse(address)) return false;
            *state = Chunk.Free;
            top[1] = (nuint)state;
        }

        *top = address;
        magazine->Top = top + Magazine.Slot;
        return true;
    }

    /// <summary>Takes what the loaded magazine has, up to the length of the span. How many.</summary>
    private int TakeLoaded(Span<nint> blocks, nuint length)
    {
        nint offset = _cacheOffset;
        nint table = ThreadTable.Current;
        nuint granules = (length + (SizeClass.Granule - 1)) / SizeClass.Granule;
        if (table == 0 || granules > SizeClass.MaxLength / SizeClass.Granule) return 0;
        byte* cache = *(byte**)(table + offset);
        Magazine* magazine = (Magazine*)(cache + ThreadCache.Of(cache)->Magazines[granules]);
        nuint* top = magazine->Top;
        // In bytes, which need not be divided.
        var last = (nuint*)((byte*)top - nuint.Min((nuint)blocks.Length << Magazine.SlotShift, (nuint)top - (nuint)magazine->Floor));
        magazine->Top = last;
        fixed (nint* first = blocks)
        {
            nint* to = first;
            while (top != last)
            {
                top -= Magazine.Slot;
                nuint block = *top;
                if (HeapChecks.IsOn) *(uint*)top[1] = Chunk.InUse(block);
                *to++ = (nint)block;
            }

            return (int)(((nuint)to - (nuint)first) / (nuint)sizeof(nint));
        }
    }

    /// <summary>Frees the first blocks, as far as they are of one class, there is room in the loaded magazine, and nothing is wrong with them. How many.</summary>
    private int PutLoaded(ReadOnlySpan<nint> blocks)
    {
        nint offset = _cacheOffset;
        nint table = ThreadTable.Current;
        if (table == 0 || blocks.Length == 0) return 0;
        byte* cache = *(byte**)(table + offset);
        Chunk* chunks = ThreadCache.Of(cache)->Chunks;
        nuint count = ThreadCache.Of(cache)->ChunkCount;
        nuint index = (nuint)blocks[0] >> Chunk.Shift;
        if (index >= count) return 0;
        nuint at = chunks[index].Magazine;
        Magazine* magazine = (Magazine*)(cache + at);
        nuint* top = magazine->Top;
        fixed (nint* first = blocks)
        {
            nint* end = first + nuint.Min((nuint)blocks.Length, ((nuint)magazine->Ceiling - (nuint)top) >> Magazine.SlotShift);
            nint* from = first;
            // Blocks that are freed together often lie together.
            nuint known = nuint.MaxValue;
            uint* states = null;
            int shift = 0;
            for (; from < end; from++)
            {
                nuint address = (nuint)(*from);
                index = address >> Chunk.Shift;
                if (index != known)
                {
                    if (index >= count || chunks[index].Magazine != at) break;
                    known = index;
                    states = chunks[index].States;
                    shift = chunks[index].SizeShift;
                }

                if (HeapChecks.IsOn)
                {
                    uint* state = states + (address >> shift);
                    if (*state != Chunk.InUse(address)) break;
                    *state = Chunk.Free;
                    top[1] = (nuint)state;
                }

                *top = address;
                top += Magazine.Slot;
            }

            magazine->Top = top;
            return (int)(((nuint)from - (nuint)first) / (nuint)sizeof(nint));
        }
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
