using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Nonpaged.Xdp;

/// <summary>
/// The parts of <see cref="FrameLoops"/> that take a run at a time, from a place on. Each answers where it ended: at the first
/// frames that are no run, or where fewer than a run are left.
/// </summary>
internal static unsafe class FrameRuns
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Fill<TRun>(
        byte* owners, uint* free, ulong* entries, nuint at, uint count, byte socket, uint frameSize)
        where TRun : struct, IFrameRun<TRun>
    {
        if (!TRun.IsSupported || at + TRun.Count > count) return at;
        nuint most = count - TRun.Count;
        TRun run = TRun.OfAddresses(frameSize);
        var owner = Vector128.Create(socket);
        do
        {
            uint last = free[at + TRun.Count - 1];
            if (!TRun.AreNumbers(ref free[at], last)) break;
            run.StoreAddresses(last * (ulong)frameSize, entries + at);
            TRun.SetOwner(owners + last, owner);
            at += TRun.Count;
        }
        while (at <= most);
        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Reclaim<TRun, TIndex>(
        byte* owners, uint* free, ulong* entries, nuint at, uint count, uint frameSize, TIndex index)
        where TRun : struct, IFrameRun<TRun>
        where TIndex : struct, IFrameIndex
    {
        if (!TRun.IsSupported || !TIndex.MayBeRuns || at + TRun.Count > count) return at;
        nuint most = count - TRun.Count;
        TRun run = TRun.OfAddresses(frameSize);
        do
        {
            ulong last = entries[at + TRun.Count - 1], frame = index.Of(last);
            if (!run.AreAddresses(entries + at, last)) break;
            TRun.StoreNumbers((uint)frame, ref free[at]);
            TRun.SetOwner(owners + frame, Vector128.Create(FrameStack.Free));
            at += TRun.Count;
        }
        while (at <= most);
        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Hand<TRun, TIndex>(
        byte* owners, XdpFrame* entries, ref XdpFrame to, nuint at, uint count, uint frameSize, TIndex index)
        where TRun : struct, IFrameRun<TRun>
        where TIndex : struct, IFrameIndex
    {
        if (!TRun.IsSupported || !TIndex.MayBeRuns || at + TRun.Count > count) return at;
        nuint most = count - TRun.Count;
        TRun run = TRun.OfFrames(frameSize);
        XdpFrame* next = entries + at, end = entries + most;
        ref XdpFrame place = ref Unsafe.Add(ref to, at);
        do
        {
            ulong last = next[TRun.Count - 1]._address;
            if (!run.Copy(ref *next, ref place, last)) break;
            TRun.SetOwner(owners + index.Of(last), Vector128.Create(FrameStack.InHands));
            next += TRun.Count;
            place = ref Unsafe.Add(ref place, TRun.Count);
        }
        while (next <= end);
        return (nuint)((byte*)next - (byte*)entries) / XdpFrame.Size;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Take<TRun>(
        byte* owners, uint* free, ref XdpFrame to, nuint at, uint count, uint frameSize, uint start, uint length)
        where TRun : struct, IFrameRun<TRun>
    {
        if (!TRun.IsSupported || at + TRun.Count > count) return at;
        nuint most = count - TRun.Count;
        TRun run = TRun.OfNewFrames(frameSize, start, length);
        ref XdpFrame place = ref Unsafe.Add(ref to, at);
        do
        {
            uint last = free[at + TRun.Count - 1];
            if (!TRun.AreNumbers(ref free[at], last)) break;
            run.StoreFrames(last * (ulong)frameSize, ref place);
            TRun.SetOwner(owners + last, Vector128.Create(FrameStack.InHands));
            place = ref Unsafe.Add(ref place, TRun.Count);
            at += TRun.Count;
        }
        while (at <= most);
        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Give<TRun, TIndex, TPlace>(
        byte* owners, ref XdpFrame from, nuint at, uint count, in FrameTerms terms, TIndex index, TPlace place)
        where TRun : struct, IFrameRun<TRun>
        where TIndex : struct, IFrameIndex
        where TPlace : struct, IFramePlace
    {
        if (!TRun.IsSupported || !TIndex.MayBeRuns || at + TRun.Count > count) return at;
        nuint most = count - TRun.Count;
        ulong total = terms.Total;
        var owner = Vector128.Create(place.Owner);
        TRun run = TRun.OfFrames(terms.FrameSize), addresses = TRun.OfAddresses(terms.FrameSize);
        ref XdpFrame next = ref Unsafe.Add(ref from, at);
        do
        {
            ulong last = Unsafe.Add(ref next, TRun.Count - 1)._address, frame = index.Of(last);
            if (frame + TRun.Count > total || !TRun.AreOwnedBy(owners + frame, FrameStack.InHands)) break;
            if (!run.AreFrames(ref next, last)) break;
            TRun.SetOwner(owners + frame, owner);
            place.PutRun(at, last, (uint)frame, addresses);
            next = ref Unsafe.Add(ref next, TRun.Count);
            at += TRun.Count;
        }
        while (at <= most);
        return at;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Pass<TRun, TIndex>(
        byte* owners, ref XdpFrame from, XdpFrame* entries, nuint at, uint count, byte socket, in FrameTerms terms, TIndex index)
        where TRun : struct, IFrameRun<TRun>
        where TIndex : struct, IFrameIndex
    {
        if (!TRun.IsSupported || !TIndex.MayBeRuns || at + TRun.Count > count) return at;
        nuint most = count - TRun.Count;
        (ulong total, ulong refused) = (terms.Total, ~terms.AllowedOptions);
        TRun run = TRun.OfFrames(terms.FrameSize, refused);
        var owner = Vector128.Create(socket);
        XdpFrame* to = entries + at, end = entries + most;
        ref XdpFrame next = ref Unsafe.Add(ref from, at);
        do
        {
            ulong last = Unsafe.Add(ref next, TRun.Count - 1)._address, frame = index.Of(last);
            if (frame + TRun.Count > total || !TRun.AreOwnedBy(owners + frame, FrameStack.InHands)) break;
            if (!run.CopyFitting(ref next, ref *to, last)) break;
            TRun.SetOwner(owners + frame, owner);
            to += TRun.Count;
            next = ref Unsafe.Add(ref next, TRun.Count);
        }
        while (to <= end);
        return (nuint)((byte*)to - (byte*)entries) / XdpFrame.Size;
    }
}
