using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Nonpaged;

/// <summary>Several blocks at once, from a thread's loaded magazine and into it.</summary>
internal static unsafe class MagazineBulk
{
    /// <summary>Takes what a magazine has, up to the length of the span. How many.</summary>
    public static int Take(Magazine* magazine, Span<nint> blocks)
    {
        nuint wanted = (nuint)blocks.Length << Magazine.SlotShift;
        // One that has them all, so that bulks are not cut in two at every call. The empty magazines, which must not
        // be written, have no spare one.
        if (magazine->Length < wanted && magazine->SpareLength > magazine->Length) magazine->Swap();
        nuint* top = magazine->Top;
        nuint taken = nuint.Min(wanted, magazine->Length);
        if (taken == 0) return 0;
        // In the order in which they came, so that neighbours stay together.
        nuint* slot = (nuint*)((byte*)top - taken);
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
                for (; slot + SlotVector.Words <= top; slot += SlotVector.Words, to += SlotVector.Count)
                    SlotVector.Hand(slot, to);
            }

            for (; slot < top; slot += Magazine.Slot) *to++ = (nint)Magazine.Hand(slot);
        }

        return (int)(taken >> Magazine.SlotShift);
    }

    /// <summary>
    /// Puts the first blocks into the magazine of their class, as far as they are of one, there is room, and
    /// nothing is wrong with them. How many.
    /// </summary>
    public static int Give(nint cache, nuint count, Chunk* chunks, ReadOnlySpan<nint> blocks)
    {
        if (blocks.Length == 0) return 0;
        nuint index = Chunk.IndexOf((nuint)blocks[0]);
        if (index >= count) return 0;
        uint kind = chunks[index].Kind;
        var magazine = (Magazine*)(cache + Chunk.MagazineOf(kind));
        // One that has room for all.
        if (magazine->Room < (nuint)blocks.Length << Magazine.SlotShift && magazine->SpareLength < magazine->Length)
            magazine->Swap();
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

        // The empty magazines must not be written.
        if (put > 0) magazine->Top = top + put * (nuint)Magazine.Slot;
        return (int)put;
    }

    /// <summary>
    /// Puts blocks into slots, from one place to another, up to the first that is not one in use, of this
    /// class. The place behind those.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint PutOneByOne(nuint* slots, nint* blocks, nuint from, nuint to, Chunk* chunks, nuint count, uint kind)
    {
        nuint* slot = slots + from * (nuint)Magazine.Slot;
        for (; from < to; from++, slot += Magazine.Slot)
        {
            nuint address = (nuint)blocks[from];
            nuint index = Chunk.IndexOf(address);
            // No branch on where the block before lies: where blocks of several chunks take turns the
            // processor would mispredict it.
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
}
