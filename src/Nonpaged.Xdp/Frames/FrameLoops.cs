using System.Runtime.CompilerServices;

namespace Nonpaged.Xdp;

/// <summary>
/// What is done for each frame on its way between the program and the kernel's rings, over entries of a ring that lie next to
/// each other. Nothing is called in here, so that all stays in registers.
/// </summary>
internal static unsafe class FrameLoops
{
    /// <summary>Free frames become a socket's: their addresses go into its fill ring.</summary>
    public static void Fill(byte* owners, uint* free, ulong* entries, uint count, byte socket, ulong frameSize)
    {
        for (uint* end = free + count; free < end; free++)
        {
            nuint frame = *free;
            owners[frame] = socket;
            *entries++ = frame * frameSize;
        }
    }

    /// <summary>Frames that were sent become free. The kernel tells the addresses that it was given.</summary>
    public static void Reclaim<TIndex>(byte* owners, uint* free, ulong* entries, uint count, TIndex index)
        where TIndex : struct, IFrameIndex
    {
        for (ulong* end = entries + count; entries < end; entries++)
        {
            ulong frame = index.Of(*entries);
            owners[frame] = FrameStack.Free;
            *free++ = (uint)frame;
        }
    }

    /// <summary>Frames that were received become the program's.</summary>
    public static void Hand<TIndex>(byte* owners, ref XdpFrame frames, uint count, TIndex index)
        where TIndex : struct, IFrameIndex
    {
        ref XdpFrame end = ref Unsafe.Add(ref frames, count);
        for (; Unsafe.IsAddressLessThan(ref frames, ref end); frames = ref Unsafe.Add(ref frames, 1))
            owners[index.Of(frames._address)] = FrameStack.InHands;
    }

    /// <summary>Free frames become the program's, each as long as there is room in it.</summary>
    public static void Take(byte* owners, uint* free, ref XdpFrame to, uint count, ulong frameSize, uint start)
    {
        uint length = (uint)frameSize - start;
        for (uint* end = free + count; free < end; free++)
        {
            nuint frame = *free;
            owners[frame] = FrameStack.InHands;
            to = new XdpFrame(frame * frameSize + start, length, 0);
            to = ref Unsafe.Add(ref to, 1);
        }
    }

    /// <summary>Frames of the program become free. How many, up to the first that it does not have.</summary>
    public static uint Give<TIndex>(byte* owners, ref XdpFrame from, uint* free, uint count, in FrameTerms terms, TIndex index)
        where TIndex : struct, IFrameIndex
    {
        (ulong total, bool isChecked) = (terms.Total, terms.IsChecked);
        uint* start = free;
        for (uint* end = free + count; free < end; free++)
        {
            ulong frame = index.Of(from._address);
            if (frame >= total) break;
            if (owners[frame] != FrameStack.InHands)
            {
                if (isChecked) break;
            }

            owners[frame] = FrameStack.Free;
            *free = (uint)frame;
            from = ref Unsafe.Add(ref from, 1);
        }

        return (uint)(free - start);
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
        XdpFrame* start = entries;
        for (XdpFrame* end = entries + count; entries < end; entries++)
        {
            ulong address = from._address, lengthAndOptions = from._lengthAndOptions;
            ulong frame = index.Of(address);
            if (frame >= total) break;
            // Of the options only those that are not allowed are left here, which make the length too long; 0 becomes so, too.
            if ((lengthAndOptions & refused) - 1 >= (frame + 1) * frameSize - address) break;
            if (owners[frame] != FrameStack.InHands)
            {
                if (isChecked) break;
            }

            owners[frame] = socket;
            *entries = from;
            from = ref Unsafe.Add(ref from, 1);
        }

        return (uint)(entries - start);
    }
}
