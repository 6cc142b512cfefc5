using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Nonpaged.Xdp;

/// <summary>
/// What is done for each frame on its way between the program and the kernel's rings, over entries of a ring that lie next to
/// each other: by eights (<see cref="EightFrames"/>) as long as these are runs, then some one by one. Nothing is called in here,
/// so that all stays in registers.
/// </summary>
internal static unsafe class FrameLoops
{
    /// <summary>Free frames become a socket's: their addresses go into its fill ring.</summary>
    public static void Fill(byte* owners, uint* free, ulong* entries, uint count, byte socket, uint frameSize)
    {
        uint* end = free + count, lastEight = end - EightFrames.Count;
        ulong owned = EightFrames.OwnedBy(socket);
        while (true)
        {
            if (Avx2.IsSupported)
            {
                var eight = EightFrames.InOrder(frameSize);
                for (; free <= lastEight; free += EightFrames.Count, entries += EightFrames.Count)
                {
                    uint lowest = free[EightFrames.Count - 1];
                    if (Vector256.Load(free) != EightFrames.Run(lowest)) break;
                    eight.Store(lowest * (ulong)frameSize, entries);
                    Unsafe.WriteUnaligned(owners + lowest, owned);
                }
            }

            uint* next = free <= lastEight ? free + EightFrames.Count : end;
            if (free == next) return;
            for (; free < next; free++)
            {
                nuint frame = *free;
                owners[frame] = socket;
                *entries++ = frame * frameSize;
            }
        }
    }

    /// <summary>Frames that were sent become free. The kernel tells the addresses that it was given.</summary>
    public static void Reclaim<TIndex>(byte* owners, uint* free, ulong* entries, uint count, uint frameSize, TIndex index)
        where TIndex : struct, IFrameIndex
    {
        ulong* end = entries + count, lastEight = end - EightFrames.Count;
        while (true)
        {
            if (TIndex.IsVector)
            {
                var eight = EightFrames.InOrder(frameSize);
                for (; entries <= lastEight; entries += EightFrames.Count, free += EightFrames.Count)
                {
                    ulong last = entries[EightFrames.Count - 1];
                    if (!eight.AreRun(Vector256.Load(entries), Vector256.Load(entries + 4), last)) break;
                    ulong lowest = index.Of(last);
                    EightFrames.Run((uint)lowest).Store(free);
                    Unsafe.WriteUnaligned(owners + lowest, EightFrames.OwnedBy(FrameStack.Free));
                }
            }

            ulong* next = entries <= lastEight ? entries + EightFrames.Count : end;
            if (entries == next) return;
            for (; entries < next; entries++)
            {
                ulong frame = index.Of(*entries);
                owners[frame] = FrameStack.Free;
                *free++ = (uint)frame;
            }
        }
    }

    /// <summary>Frames that were sent are a socket's to receive in. They were that socket's, and stay so.</summary>
    public static void Recycle<TIndex>(ulong* sent, ulong* entries, uint count, uint frameSize, TIndex index)
        where TIndex : struct, IFrameIndex
    {
        uint i = 0;
        var starts = Vector256.Create(~(frameSize - 1ul));
        for (; TIndex.IsVector && i + 8 <= count; i += 8)
        {
            (Vector256.Load(sent + i) & starts).Store(entries + i);
            (Vector256.Load(sent + i + 4) & starts).Store(entries + i + 4);
        }

        for (; i < count; i++) entries[i] = index.Of(sent[i]) * frameSize;
    }

    /// <summary>Frames that were received are copied out of the ring, and become the program's.</summary>
    public static void Hand<TIndex>(
        byte* owners, XdpFrame* entries, ref XdpFrame to, uint count, uint frameSize, TIndex index)
        where TIndex : struct, IFrameIndex
    {
        XdpFrame* end = entries + count, lastEight = end - EightFrames.Count;
        while (true)
        {
            if (TIndex.IsVector)
            {
                var eight = EightFrames.OfWords(frameSize);
                for (; entries <= lastEight; entries += EightFrames.Count)
                {
                    var some = new FrameWords(ref *entries);
                    some.Store(ref to);
                    ulong last = entries[EightFrames.Count - 1]._address;
                    if (!eight.AreRun(some.First, some.Last, last)) break;
                    Unsafe.WriteUnaligned(owners + index.Of(last), EightFrames.InHands);
                    to = ref Unsafe.Add(ref to, (int)EightFrames.Count);
                }
            }

            XdpFrame* next = entries <= lastEight ? entries + EightFrames.Count : end;
            if (entries == next) return;
            for (; entries < next; entries++)
            {
                to = *entries;
                owners[index.Of(entries->_address)] = FrameStack.InHands;
                to = ref Unsafe.Add(ref to, 1);
            }
        }
    }

    /// <summary>Free frames become the program's, each of so many bytes.</summary>
    public static void Take(
        byte* owners, uint* free, ref XdpFrame to, uint count, uint frameSize, uint start, uint length)
    {
        uint* end = free + count, lastEight = end - EightFrames.Count;
        while (true)
        {
            if (Avx2.IsSupported)
            {
                // The last two of a run; the others start two, four and six frames behind.
                var two = Vector256.Create((ulong)frameSize + start, length, start, length);
                var further = Vector256.Create(2ul * frameSize, 0, 2ul * frameSize, 0);
                Vector256<ulong> four = two + further, six = four + further, eight = six + further;
                for (; free <= lastEight; free += EightFrames.Count)
                {
                    uint lowest = free[EightFrames.Count - 1];
                    if (Vector256.Load(free) != EightFrames.Run(lowest)) break;
                    var address = Vector128.CreateScalar(lowest * (ulong)frameSize);
                    var base2 = Vector256.Create(address, address);
                    ref ulong words = ref Unsafe.As<XdpFrame, ulong>(ref to);
                    (base2 + eight).StoreUnsafe(ref words);
                    (base2 + six).StoreUnsafe(ref words, 4);
                    (base2 + four).StoreUnsafe(ref words, 8);
                    (base2 + two).StoreUnsafe(ref words, 12);
                    Unsafe.WriteUnaligned(owners + lowest, EightFrames.InHands);
                    to = ref Unsafe.Add(ref to, (int)EightFrames.Count);
                }
            }

            uint* next = free <= lastEight ? free + EightFrames.Count : end;
            if (free == next) return;
            for (; free < next; free++)
            {
                nuint frame = *free;
                owners[frame] = FrameStack.InHands;
                to = new XdpFrame(frame * frameSize + start, length, 0);
                to = ref Unsafe.Add(ref to, 1);
            }
        }
    }

    /// <summary>Frames of the program go to a place. How many, up to the first that the program does not have.</summary>
    public static uint Give<TIndex, TPlace>(
        byte* owners, ref XdpFrame from, uint count, in FrameTerms terms, TIndex index, TPlace place)
        where TIndex : struct, IFrameIndex
        where TPlace : struct, IFramePlace
    {
        (ulong total, bool isChecked, byte owner) = (terms.Total, terms.IsChecked, place.Owner);
        ulong owned = EightFrames.OwnedBy(owner), inHands = EightFrames.InHands;
        uint i = 0;
        while (true)
        {
            if (TIndex.IsVector)
            {
                EightFrames eight = EightFrames.OfWords(terms.FrameSize), ordered = EightFrames.InOrder(terms.FrameSize);
                for (; i + EightFrames.Count <= count; i += EightFrames.Count)
                {
                    var some = new FrameWords(ref from);
                    ulong last = Unsafe.Add(ref from, (int)EightFrames.Count - 1)._address, lowest = index.Of(last);
                    if (lowest + EightFrames.Count > total || Unsafe.ReadUnaligned<ulong>(owners + lowest) != inHands) break;
                    if (!eight.AreRun(some.First, some.Last, last)) break;
                    Unsafe.WriteUnaligned(owners + lowest, owned);
                    place.PutRun((uint)lowest, ordered);
                    from = ref Unsafe.Add(ref from, (int)EightFrames.Count);
                }
            }

            uint next = Math.Min(i + EightFrames.Count, count);
            if (i == next) return count;
            for (; i < next; i++)
            {
                ulong frame = index.Of(from._address);
                if (frame >= total) return i;
                if (owners[frame] != FrameStack.InHands)
                {
                    if (isChecked) return i;
                }

                owners[frame] = owner;
                place.Put((uint)frame);
                from = ref Unsafe.Add(ref from, 1);
            }
        }
    }

    /// <summary>
    /// Frames of the program become a socket's: their descriptors go into its ring. How many, up to the first that may not be
    /// sent: the kernel drops a descriptor that it finds invalid, and never gives the frame back.
    /// </summary>
    public static uint Pass<TIndex>(
        byte* owners, ref XdpFrame from, XdpFrame* entries, uint count, byte socket, in FrameTerms terms, TIndex index)
        where TIndex : struct, IFrameIndex
    {
        (ulong total, bool isChecked) = (terms.Total, terms.IsChecked);
        (ulong frameSize, ulong refused) = (terms.FrameSize, ~terms.AllowedOptions);
        ulong owned = EightFrames.OwnedBy(socket), inHands = EightFrames.InHands;
        XdpFrame* start = entries, end = entries + count, lastEight = end - EightFrames.Count;
        while (true)
        {
            if (TIndex.IsVector)
            {
                var eight = EightFrames.OfWords(terms.FrameSize);
                Vector256<ulong> mask = Vector256.Create(refused), size = Vector256.Create(frameSize);
                for (; entries <= lastEight; entries += EightFrames.Count)
                {
                    var some = new FrameWords(ref from);
                    some.Store(ref *entries);
                    ulong last = Unsafe.Add(ref from, (int)EightFrames.Count - 1)._address, lowest = index.Of(last);
                    if (lowest + EightFrames.Count > total || Unsafe.ReadUnaligned<ulong>(owners + lowest) != inHands) break;
                    if (!eight.Fit(some, last, mask, size)) break;
                    Unsafe.WriteUnaligned(owners + lowest, owned);
                    from = ref Unsafe.Add(ref from, (int)EightFrames.Count);
                }
            }

            XdpFrame* next = entries <= lastEight ? entries + EightFrames.Count : end;
            if (entries == next) return count;
            for (; entries < next; entries++)
            {
                ulong address = from._address, lengthAndOptions = from._lengthAndOptions;
                ulong frame = index.Of(address);
                // Of the options only those that are not allowed are left here, which make the length too long; so does 0.
                if (frame >= total || (lengthAndOptions & refused) - 1 >= (frame + 1) * frameSize - address)
                    return (uint)(entries - start);
                if (owners[frame] != FrameStack.InHands)
                {
                    if (isChecked) return (uint)(entries - start);
                }

                owners[frame] = socket;
                *entries = from;
                from = ref Unsafe.Add(ref from, 1);
            }
        }
    }
}
