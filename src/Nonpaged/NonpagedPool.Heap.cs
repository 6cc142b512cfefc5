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
        address = AllocateOrNull(length, ThreadTable.Current);
        return address != null;
    }

    /// <summary>As <see cref="Allocate(nuint)"/>, where the thread's <see cref="ThreadTable.Current"/> is at hand; where there is no memory, or the length is 0, the answer is null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void* AllocateOrNull(nuint length, nint thread)
    {
        nint cache = _cache;
        cache += thread;
        nuint granules = (length + (SizeClass.Granule - 1)) / SizeClass.Granule;
        if (granules <= SizeClass.MaxLength / SizeClass.Granule)
        {
            var magazine = (Magazine*)(cache + _classes[granules]);
            nuint* top = magazine->Top;
            if (top != magazine->Floor) return (void*)Magazine.Pop(magazine, top);
        }

        return AllocateSlowlyOrNull(length);
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

    /// <summary>As above, where the thread's <see cref="ThreadTable.Current"/> is at hand.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryFreeSmall(void* address, nint thread) => TryFreeInto(_cache + thread, (nuint)address) || TryFreeSmallSlowly((nuint)address);

    /// <summary>As above, of a block that <see cref="AllocateOrNull"/> gave for this length: one of another size class is refused, too, where frees are checked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryFreeSmall(void* address, nuint length, nint thread) =>
        TryFreeInto(_cache + thread, (nuint)address, length) || TryFreeOfClass((nuint)address, length);

    /// <summary>Allocates resident memory filled with zeros, aligned to 16 bytes.</summary>
    /// <inheritdoc cref="Allocate(nuint)"/>
    public void* AllocateZeroed(nuint length)
    {
        if (!IsForMagazines(length)) return Allocate(new MemoryRequest(length) { Zeroed = true }).Address;
        void* address = Allocate(length);
        using (Hold()) NativeMemory.Clear(address, length);
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryFreeFast(nuint address, nuint? length = null)
    {
        // In this order: the other way around 64 frees in a loop take 4 % longer.
        nint cache = _cache;
        cache += ThreadTable.Current;
        return TryFreeInto(cache, address, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryFreeInto(nint cache, nuint address, nuint? length = null)
    {
        nuint index = Chunk.IndexOf(address);
        if (index >= Volatile.Read(ref _chunkCount)) return false;
        Chunk chunk = _chunks[index];
        nint at = chunk.Magazine;
        if (HeapChecks.IsOn && length is { } given
            && (given > SizeClass.MaxLength || _classes[(given + (SizeClass.Granule - 1)) / SizeClass.Granule] != at)) return false;
        var magazine = (Magazine*)(cache + at);
        nuint* top = magazine->Top;
        if (top == magazine->Ceiling) return false;
        if (HeapChecks.IsOn)
        {
            ushort* state = chunk.StateOf(address);
            if (*state != Chunk.InUse(address)) return false;
            *state = Chunk.Free;
            top[1] = (nuint)state;
        }

        *top = address;
        magazine->Top = top + Magazine.Slot;
        return true;
    }
}
