using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged;

// Several blocks in one call.
public sealed unsafe partial class NonpagedPool
{
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

    /// <summary>Takes what the loaded magazine has, up to the length of the span. How many.</summary>
    private int TakeLoaded(Span<nint> blocks, nuint length)
    {
        nint cache = _cache;
        cache += ThreadTable.Current;
        nuint granules = (length + (SizeClass.Granule - 1)) / SizeClass.Granule;
        if (granules > SizeClass.MaxLength / SizeClass.Granule) return 0;
        var magazine = (Magazine*)(cache + _classes[granules]);
        nuint wanted = (nuint)blocks.Length << Magazine.SlotShift;
        // One that has them all, so that bulks are not cut in two at every call; nobody's magazines, which are not to be written, have no spare one.
        if (magazine->Length < wanted && magazine->SpareLength > magazine->Length) magazine->Swap();
        nuint* top = magazine->Top;
        nuint taken = nuint.Min(wanted, magazine->Length);
        if (taken == 0) return 0;
        // In the order in which they came, so that neighbours stay together.
        var slot = (nuint*)((byte*)top - taken);
        magazine->Top = slot;
        fixed (nint* first = blocks)
        {
            nint* to = first;
            if (!HeapChecks.IsOn)
            {
                NativeMemory.Copy(slot, to, taken);
                slot = top;
            }

            if (SlotVector.IsSupported)
            {
                for (; slot + SlotVector.Words <= top; slot += SlotVector.Words, to += SlotVector.Count) SlotVector.Hand(slot, to);
            }

            for (; slot < top; slot += Magazine.Slot) *to++ = (nint)Magazine.Hand(slot);
        }

        return (int)(taken >> Magazine.SlotShift);
    }

    /// <summary>Frees the first blocks, as far as they are of one class, there is room in the loaded magazine, and nothing is wrong with them. How many.</summary>
    private int PutLoaded(ReadOnlySpan<nint> blocks)
    {
        nint cache = _cache;
        cache += ThreadTable.Current;
        nuint count = Volatile.Read(ref _chunkCount);
        if (blocks.Length == 0) return 0;
        nuint index = Chunk.IndexOf((nuint)blocks[0]);
        if (index >= count) return 0;
        Chunk* chunks = _chunks;
        uint kind = chunks[index].Kind;
        var magazine = (Magazine*)(cache + Chunk.MagazineOf(kind));
        // One that has room for all.
        if (magazine->Room < (nuint)blocks.Length << Magazine.SlotShift && magazine->SpareLength < magazine->Length) magazine->Swap();
        nuint* top = magazine->Top;
        nuint put = 0;
        fixed (nint* first = blocks)
        {
            nuint most = nuint.Min((nuint)blocks.Length, magazine->Room >> Magazine.SlotShift);
            while (put < most)
            {
                bool hasEight = SlotVector.IsSupported && put + SlotVector.Count <= most;
                nuint next = hasEight ? put + SlotVector.Count : most;
                bool all = hasEight && SlotVector.TryPut(top + put * (nuint)Magazine.Slot, first + put, chunks, count, kind);
                put = all ? next : PutOneByOne(top, first, put, next, chunks, count, kind);
                if (put != next) break;
            }
        }

        // Nobody's magazines are not to be written.
        if (put > 0) magazine->Top = top + put * (nuint)Magazine.Slot;
        return (int)put;
    }

    /// <summary>Puts blocks into slots, from one place to another, up to the first that is not one in use, of this class. The place behind those.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint PutOneByOne(nuint* slots, nint* blocks, nuint from, nuint to, Chunk* chunks, nuint count, uint kind)
    {
        nuint* slot = slots + from * (nuint)Magazine.Slot;
        for (; from < to; from++, slot += Magazine.Slot)
        {
            var address = (nuint)blocks[from];
            nuint index = Chunk.IndexOf(address);
            // No branch on where the block before lies: where blocks of several chunks take turns the processor would mispredict it.
            if (index >= count) break;
            Chunk chunk = chunks[index];
            if (chunk.Kind != kind) break;
            if (HeapChecks.IsOn)
            {
                ushort* state = chunk.StateOf(address);
                if (*state != Chunk.InUse(address)) break;
                *state = Chunk.Free;
                slot[1] = (nuint)state;
            }

            *slot = address;
        }

        return from;
    }

    private void AllocateRest(Span<nint> blocks, int done, nuint length)
    {
        MagazineHeap? heap = IsForMagazines(length) ? Magazines() : null;
        try
        {
            while (done < blocks.Length)
            {
                // Not again where there is no memory for more: one by one they come from other places.
                if (heap is not null && !heap.TryLoad(SizeClass.Of(length), blocks.Length - done, out _)) heap = null;
                int taken = TakeLoaded(blocks[done..], length);
                done += taken;
                if (taken > 0) continue;
                blocks[done] = (nint)Allocate(length);
                // Not before, for it may throw.
                done++;
            }
        }
        catch (Exception exception) when (exception is not ObjectDisposedException)
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
            // Where the magazine is full this makes room.
            Free((void*)blocks[0]);
            blocks = blocks[1..];
            blocks = blocks[PutLoaded(blocks)..];
        }
    }
}
