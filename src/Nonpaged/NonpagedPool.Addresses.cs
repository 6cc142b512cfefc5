using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Nonpaged.Interop;

namespace Nonpaged;

// Blocks by their addresses, named as in .NET's NativeMemory. Inlined is what a magazine needs; all else is behind one call.
public sealed unsafe partial class NonpagedPool
{
    /// <summary>
    /// Allocates resident memory, aligned to 16 bytes, above 64 KiB to a page. Its contents are undefined.
    /// </summary>
    /// <param name="length">Size in bytes, at least 1.</param>
    /// <exception cref="AllocationException">There is no memory for it.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void* Alloc(nuint length) =>
        TryTake(_front.Cache + ThreadTable.Current, length, out void* block) ? block : AllocateSlowly(length);

    /// <summary>
    /// As <see cref="Alloc(nuint)"/>; where there is no memory, or the length is 0, the answer is false and the address null.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAlloc(nuint length, out void* address) =>
        TryTake(_front.Cache + ThreadTable.Current, length, out address) || TryAllocateSlowly(length, out address);

    /// <summary>Allocates resident memory filled with zeros, aligned to 16 bytes, above 64 KiB to a page.</summary>
    /// <inheritdoc cref="Alloc(nuint)"/>
    public void* AllocZeroed(nuint length)
    {
        if (!_front.Serves(length)) return Allocate(new MemoryRequest(length) { Zeroed = true }).Address;
        void* address = Alloc(length);
        using (_life.Hold()) NativeMemory.Clear(address, length);
        return address;
    }

    /// <summary>Allocates resident memory at an alignment: a power of two. Its contents are undefined.</summary>
    /// <inheritdoc cref="Alloc(nuint)"/>
    public void* AllocAligned(nuint length, nuint alignment)
    {
        bool isServed = _front.Serves(length) && alignment <= SizeClass.MaxAlignment && BitOperations.IsPow2(alignment);
        if (!isServed) return Allocate(new MemoryRequest(length) { Alignment = alignment }).Address;
        if (length > SizeClass.MaxLength) return Alloc(length);
        void* block = TakeSmall(SizeClass.Of(length, alignment), out AllocationFailure? failure);
        return block != null ? block : throw new AllocationException(failure!);
    }

    /// <summary>Frees a block by its address. Null is allowed and does nothing.</summary>
    /// <exception cref="ArgumentException">The address is not that of a block in use. Nothing is freed or harmed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(void* address)
    {
        if (!TryGive(_front.Cache + ThreadTable.Current, (nuint)address)) FreeSlowly(address);
    }

    /// <summary>Frees a block by its address, and checks that it can have this length.</summary>
    /// <exception cref="ArgumentException">The address is not that of a block in use, or its length is another. Nothing
    /// is freed or harmed.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Free(void* address, nuint length)
    {
        if (!TryGive(_front.Cache + ThreadTable.Current, (nuint)address, length)) FreeSlowly(address, length);
    }

    /// <summary>Frees a block by its address, or says what is wrong with that. A bad free changes nothing.</summary>
    /// <param name="address">The block's first byte. Null is allowed.</param>
    /// <param name="bad">What is wrong; <see cref="BadFree.None"/> where it was freed.</param>
    public bool TryFree(void* address, out BadFree bad) => (bad = Give(address, null)) == BadFree.None;

    /// <inheritdoc cref="TryFree(void*, out BadFree)"/>
    /// <param name="address">The block's first byte. Null is allowed.</param>
    /// <param name="length">Its length in bytes. Where the exact length is not recorded, one of the same class passes.</param>
    /// <param name="bad">What is wrong; <see cref="BadFree.None"/> where it was freed.</param>
    public bool TryFree(void* address, nuint length, out BadFree bad) => (bad = Give(address, length)) == BadFree.None;

    /// <summary>As <see cref="TryFree(void*, out BadFree)"/>, where the length is checked if there is one.</summary>
    internal BadFree Give(void* address, nuint? length = null)
    {
        if (address == null) return BadFree.None;
        if (_front.TryGiveSlowly((nuint)address, length) is { } answer) return Told(answer, (nuint)address);
        HeapSpan? span = null;
        BadFree bad = _fenced?.TryGive((nuint)address, length) ?? _whole.TryGive((nuint)address, length, out span);
        if (span is not null) bad = _recorded.TryGive(span, (nuint)address, length);
        TellCorruptions();
        return Told(bad, (nuint)address);
    }

    /// <summary>
    /// Frees a small block that was allocated without a record: by the methods that return an address. False where the address is
    /// not one of such in use; nothing is freed or harmed then.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryFreeSmall(void* address) =>
        TryGive(_front.Cache + ThreadTable.Current, (nuint)address) || TryFreeSmallSlowly((nuint)address);

    /// <summary>
    /// Takes a block from the loaded magazine, where the thread's <see cref="ThreadTable.Current"/> is at hand. False where that
    /// has none; then <see cref="AllocateSmall"/> may.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryAllocateLoaded(nuint length, nint thread, out void* block) =>
        TryTake(_front.Cache + thread, length, out block);

    /// <summary>
    /// A block without a record, up to <see cref="LongestUnrecorded"/>; null where there is no memory, with the reason
    /// unless it is longer than <see cref="LongestSmallBlock"/>: then one of whole pages may be there.
    /// </summary>
    internal void* AllocateSmall(nuint length, out AllocationFailure? failure)
    {
        failure = null;
        return length <= SizeClass.MaxLength ? TakeSmall(SizeClass.Of(length), out failure) : _front.TakeLarge(length);
    }

    /// <summary>
    /// Describes the magazines of a length up to <see cref="LongestSmallBlock"/>. The pool must live as long as the process.
    /// False where it has none.
    /// </summary>
    internal bool TryDescribe(nuint length, out FixedMagazine magazine)
    {
        MagazineHeap? heap = _front.Make();
        magazine = heap is null ? default : new FixedMagazine(_front.Cache, length, heap.Table.Entries);
        return heap is not null;
    }

    /// <summary>
    /// As <see cref="TryFreeSmall(void*)"/>, of a block whose size class is that of a length, or of any where that is 0.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryFreeOfLength(void* address, nuint length, nint thread) =>
        TryGive(_front.Cache + thread, (nuint)address, length, passesZero: true) || TryFreeOfLengthSlowly((nuint)address, length);

    /// <summary>
    /// Tells code that is inlined into a C program where the calling thread's magazines are, which go back when the kernel says
    /// that the thread has ended. The pool must live as long as the process. False where its calls cannot be inlined.
    /// </summary>
    internal bool TryDescribe(InlineThread* thread)
    {
        if (!HeapChecks.IsOn || _front.Make() is not { } heap) return false;
        HeapThread.Current.NativeId = LibC.GetTid();
        *thread = new InlineThread
        {
            Magazines = heap.Cache(),
            Classes = SizeClass.Magazines,
            Chunks = heap.Table.Entries,
            ChunkCount = ChunkTable.Count,
            IsAsked = thread->IsAsked,
        };
        return true;
    }

    /// <summary>
    /// Takes a block from the loaded magazine. False where that has none, or the length is none of a small block.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryTake(nint cache, nuint length, out void* block)
    {
        nuint granules = (length + (SizeClass.Granule - 1)) / SizeClass.Granule;
        if (granules <= SizeClass.MaxLength / SizeClass.Granule)
        {
            var magazine = (Magazine*)(cache + _front.Classes[granules]);
            nuint* top = magazine->Top;
            if (top != magazine->Floor)
            {
                block = (void*)Magazine.Pop(magazine, top);
                return true;
            }
        }

        block = null;
        return false;
    }

    /// <summary>
    /// Puts a block into the loaded magazine of its class. False where that is full, or the address is none of a block in use,
    /// or the block is large or of another class than its length, where one is given: 0 passes where that is said.
    /// </summary>
    // Callers read the cache first: the other way around 64 frees in a loop take 4 % longer.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryGive(nint cache, nuint address, nuint? length = null, bool passesZero = false)
    {
        nuint index = Chunk.IndexOf(address);
        if (index >= _front.ChunkCount) return false;
        Chunk chunk = _front.Chunks[index];
        nint at = chunk.Magazine;
        if (length is { } given && (given != 0 || !passesZero))
        {
            // From the length, so that what follows does not wait for the chunk, which only confirms it: a branch is predicted,
            // where an address from memory is waited for (docs/heap.md).
            nuint granules = (given + (SizeClass.Granule - 1)) / SizeClass.Granule;
            if (granules > SizeClass.MaxLength / SizeClass.Granule) return false;
            nint expected = _front.Classes[granules];
            if (at != expected) return false;
            at = expected;
        }

        var magazine = (Magazine*)(cache + at);
        nuint* top = magazine->Top;
        if (top == magazine->Ceiling) return false;
        ushort* state = chunk.StateOf(address);
        if (HeapChecks.IsOn && *state != Chunk.InUse(address)) return false;
        Magazine.Push(magazine, top, address, state);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void* AllocateSlowly(nuint length)
    {
        void* block = _front.TakeLoadedLarge(length);
        if (block != null) return block;
        if (!IsSmall(length))
        {
            block = _front.TakeLarge(length);
            return block != null ? block : Allocate(new MemoryRequest(length)).Address;
        }

        block = TakeSmall(SizeClass.Of(length), out AllocationFailure? failure);
        return block != null ? block : throw new AllocationException(failure!);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryAllocateSlowly(nuint length, out void* address)
    {
        address = _front.TakeLarge(length);
        if (address != null) return true;
        if (IsSmall(length)) address = TakeSmall(SizeClass.Of(length), out _);
        else if (length > 0 && TryAllocate(new MemoryRequest(length), out MemoryBlock? block, out _)) address = block.Address;
        return address != null;
    }

    /// <summary>A block of this length shares pages, and need not have a record.</summary>
    private bool IsSmall(nuint length) => length is > 0 and <= SizeClass.MaxLength && !Options.Verify;

    /// <inheritdoc cref="Front.TakeLoadedLarge"/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void* TakeLoadedLarge(nuint length) => _front.TakeLoadedLarge(length);

    /// <summary>
    /// A small block without a record: from the magazines' heap, or where that has none from what single pages are left.
    /// </summary>
    private void* TakeSmall(int sizeClass, out AllocationFailure? failure)
    {
        void* block = null;
        try
        {
            block = _front.TakeSlowly(sizeClass, out failure);
            if (block == null) block = (void*)_recorded.Take(sizeClass, null, out failure);
        }
        catch (AllocationException noMagazines)
        {
            // The thread has none, for want of address space.
            failure = noMagazines.Failure;
        }

        if (block == null) _events.OnFailed(failure);
        return block;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FreeSlowly(void* address)
    {
        if (!_front.TryGiveSpare((nuint)address)) ThrowIfBad(Give(address), address);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void FreeSlowly(void* address, nuint length)
    {
        if (!TryGiveOfClass((nuint)address, length)) ThrowIfBad(Give(address, length), address);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryFreeOfLengthSlowly(nuint address, nuint length) => length == 0 ? TryFreeSmallSlowly(address)
        : TryGiveOfClass(address, length) || _front.TryGiveSlowly(address, length) == BadFree.None;

    /// <summary>Gives back a large block, or another where the loaded magazine has no room, of the class of a length.</summary>
    private bool TryGiveOfClass(nuint address, nuint length) =>
        _front.Serves(length) && _front.ClassOf(address) == SizeClass.Of(length) && (_front.TryGiveSpare(address)
            || (length > SizeClass.MaxLength && TryGive(_front.Cache + ThreadTable.Current, address)));

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryFreeSmallSlowly(nuint address) =>
        _front.TryGiveSpare(address) || _front.TryGiveSlowly(address, null) == BadFree.None;

    /// <summary>
    /// Frees a small block without a record, of the size class of a length and no other. False where the
    /// address is not one of such in use.
    /// </summary>
    internal bool TryFreeOfClass(nuint address, nuint length)
    {
        int sizeClass = SizeClass.Of(length);
        if (_front.ClassOf(address) is > 0 and var actual) return actual == sizeClass
            && _front.TryGiveSlowly(address, null) == BadFree.None;
        return _index.SpanAt(address)?.SizeClass == sizeClass && _index.Find(address) is null
            && Give((void*)address) == BadFree.None;
    }
}
