using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nonpaged.Xdp;

/// <summary>
/// What is done for each frame on its way between the program and the kernel's rings, over entries of a ring that lie next to
/// each other: by runs (<see cref="FrameRuns"/>) as long as there are some, then some one by one. Nothing is called in here,
/// so that all stays in registers.
/// </summary>
internal static unsafe class FrameLoops
{
    private const uint Some = EightFrames.Count;

    /// <summary>Free frames become a socket's: their addresses go into its fill ring.</summary>
    public static void Fill(byte* owners, uint* free, ulong* entries, uint count, byte socket, uint frameSize)
    {
        for (nuint i = 0; ;)
        {
            i = FrameRuns.Fill<SixteenFrames>(owners, free, entries, i, count, socket, frameSize);
            i = FrameRuns.Fill<EightFrames>(owners, free, entries, i, count, socket, frameSize);
            nuint next = nuint.Min(i + Some, count);
            if (i == next) return;
            for (; i < next; i++)
            {
                nuint frame = free[i];
                owners[frame] = socket;
                entries[i] = frame * frameSize;
            }
        }
    }

    /// <summary>Frames that were sent become free. The kernel tells the addresses that it was given.</summary>
    public static void Reclaim<TIndex>(byte* owners, uint* free, ulong* entries, uint count, uint frameSize, TIndex index)
        where TIndex : struct, IFrameIndex
    {
        for (nuint i = 0; ;)
        {
            i = FrameRuns.Reclaim<SixteenFrames, TIndex>(owners, free, entries, i, count, frameSize, index);
            i = FrameRuns.Reclaim<EightFrames, TIndex>(owners, free, entries, i, count, frameSize, index);
            nuint next = nuint.Min(i + Some, count);
            if (i == next) return;
            for (; i < next; i++)
            {
                ulong frame = index.Of(entries[i]);
                owners[frame] = FrameStack.Free;
                free[i] = (uint)frame;
            }
        }
    }

    /// <summary>Frames that were sent are a socket's to receive in. They were that socket's, and stay so.</summary>
    public static void Recycle<TIndex>(ulong* sent, ulong* entries, uint count, uint frameSize, TIndex index)
        where TIndex : struct, IFrameIndex
    {
        nuint i = 0;
        if (TIndex.MayBeRuns && Vector512.IsHardwareAccelerated)
        {
            var starts = Vector512.Create(~(frameSize - 1ul));
            for (; i + 16 <= count; i += 16)
            {
                (Vector512.Load(sent + i) & starts).Store(entries + i);
                (Vector512.Load(sent + i + 8) & starts).Store(entries + i + 8);
            }
        }

        if (TIndex.MayBeRuns && Vector256.IsHardwareAccelerated)
        {
            var starts = Vector256.Create(~(frameSize - 1ul));
            for (; i + 8 <= count; i += 8)
            {
                (Vector256.Load(sent + i) & starts).Store(entries + i);
                (Vector256.Load(sent + i + 4) & starts).Store(entries + i + 4);
            }
        }

        for (; i < count; i++) entries[i] = index.Of(sent[i]) * frameSize;
    }

    /// <summary>Frames that were received are copied out of the ring, and become the program's.</summary>
    public static void Hand<TIndex>(
        byte* owners, XdpFrame* entries, ref XdpFrame to, uint count, uint frameSize, TIndex index)
        where TIndex : struct, IFrameIndex
    {
        for (nuint i = 0; ;)
        {
            i = FrameRuns.Hand<SixteenFrames, TIndex>(owners, entries, ref to, i, count, frameSize, index);
            i = FrameRuns.Hand<EightFrames, TIndex>(owners, entries, ref to, i, count, frameSize, index);
            nuint next = nuint.Min(i + Some, count);
            if (i == next) return;
            for (; i < next; i++)
            {
                Unsafe.Add(ref to, i) = entries[i];
                owners[index.Of(entries[i]._address)] = FrameStack.InHands;
            }
        }
    }

    /// <summary>Free frames become the program's, each of so many bytes.</summary>
    public static void Take(
        byte* owners, uint* free, ref XdpFrame to, uint count, uint frameSize, uint start, uint length)
    {
        for (nuint i = 0; ;)
        {
            i = FrameRuns.Take<SixteenFrames>(owners, free, ref to, i, count, frameSize, start, length);
            i = FrameRuns.Take<EightFrames>(owners, free, ref to, i, count, frameSize, start, length);
            nuint next = nuint.Min(i + Some, count);
            if (i == next) return;
            for (; i < next; i++)
            {
                nuint frame = free[i];
                owners[frame] = FrameStack.InHands;
                Unsafe.Add(ref to, i) = new XdpFrame(frame * frameSize + start, length, 0);
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
        for (nuint i = 0; ;)
        {
            i = FrameRuns.Give<SixteenFrames, TIndex, TPlace>(owners, ref from, i, count, terms, index, place);
            i = FrameRuns.Give<EightFrames, TIndex, TPlace>(owners, ref from, i, count, terms, index, place);
            nuint next = nuint.Min(i + Some, count);
            if (i == next) return count;
            for (; i < next; i++)
            {
                ulong frame = index.Of(Unsafe.Add(ref from, i)._address);
                if (frame >= total) return (uint)i;
                if (owners[frame] != FrameStack.InHands)
                {
                    if (isChecked) return (uint)i;
                }

                owners[frame] = owner;
                place.Put(i, (uint)frame);
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
        for (nuint i = 0; ;)
        {
            i = FrameRuns.Pass<SixteenFrames, TIndex>(owners, ref from, entries, i, count, socket, terms, index);
            i = FrameRuns.Pass<EightFrames, TIndex>(owners, ref from, entries, i, count, socket, terms, index);
            nuint next = nuint.Min(i + Some, count);
            if (i == next) return count;
            for (; i < next; i++)
            {
                XdpFrame one = Unsafe.Add(ref from, i);
                ulong frame = index.Of(one._address);
                // Of the options only those that are not allowed are left here, which make the length too long; so does 0.
                if (frame >= total || (one._lengthAndOptions & refused) - 1 >= (frame + 1) * frameSize - one._address)
                    return (uint)i;
                if (owners[frame] != FrameStack.InHands)
                {
                    if (isChecked) return (uint)i;
                }

                owners[frame] = socket;
                entries[i] = one;
            }
        }
    }
}
