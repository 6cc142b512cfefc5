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
        for (nuint i = 0; i < count; i++)
        {
            nuint frame = free[i];
            owners[frame] = socket;
            entries[i] = frame * frameSize;
        }
    }

    /// <summary>Frames that were sent become free. The kernel tells the addresses that it was given.</summary>
    public static void Reclaim(byte* owners, uint* free, ulong* entries, uint count, ulong reciprocal)
    {
        for (nuint i = 0; i < count; i++)
        {
            ulong frame = FrameStack.IndexOf(entries[i], reciprocal);
            owners[frame] = FrameStack.Free;
            free[i] = (uint)frame;
        }
    }

    /// <summary>Frames that were received become the program's.</summary>
    public static void Hand(byte* owners, ref XdpFrame frames, uint count, ulong reciprocal)
    {
        for (nuint i = 0; i < count; i++)
            owners[FrameStack.IndexOf(Unsafe.Add(ref frames, i)._address, reciprocal)] = FrameStack.InHands;
    }

    /// <summary>Free frames become the program's, each as long as there is room in it.</summary>
    public static void Take(byte* owners, uint* free, ref XdpFrame to, uint count, uint frameSize, uint start)
    {
        for (nuint i = 0; i < count; i++)
        {
            nuint frame = free[i];
            owners[frame] = FrameStack.InHands;
            Unsafe.Add(ref to, i) = new XdpFrame(frame * frameSize + start, frameSize - start, 0);
        }
    }

    /// <summary>Frames of the program become free. How many, up to the first that it does not have.</summary>
    public static uint Give(byte* owners, ref XdpFrame from, uint* free, uint count, in FrameTerms terms)
    {
        (ulong reciprocal, uint total, bool isChecked) = (terms.Reciprocal, terms.Total, terms.IsChecked);
        nuint i = 0;
        for (; i < count; i++)
        {
            ulong frame = FrameStack.IndexOf(Unsafe.Add(ref from, i)._address, reciprocal);
            if (frame >= total) break;
            if (owners[frame] != FrameStack.InHands && isChecked) break;
            owners[frame] = FrameStack.Free;
            free[i] = (uint)frame;
        }

        return (uint)i;
    }

    /// <summary>
    /// Frames of the program become a socket's: their descriptors go into its ring. How many, up to the first that may not be
    /// sent: the kernel drops a descriptor that it finds invalid, and never gives the frame back.
    /// </summary>
    public static uint Pass(byte* owners, ref XdpFrame from, XdpFrame* entries, uint count, byte socket, in FrameTerms terms)
    {
        (ulong reciprocal, uint total, bool isChecked) = (terms.Reciprocal, terms.Total, terms.IsChecked);
        (ulong frameSize, ulong refused) = (terms.FrameSize, ~terms.AllowedOptions);
        nuint i = 0;
        for (; i < count; i++)
        {
            XdpFrame frame = Unsafe.Add(ref from, i);
            ulong index = FrameStack.IndexOf(frame._address, reciprocal);
            if (index >= total) break;
            // Of the options only those that are not allowed are left here, which make the length too long; 0 becomes so, too.
            ulong room = (index + 1) * frameSize - frame._address;
            if ((frame._lengthAndOptions & refused) - 1 >= room) break;
            if (owners[index] != FrameStack.InHands && isChecked) break;
            owners[index] = socket;
            entries[i] = frame;
        }

        return (uint)i;
    }
}
