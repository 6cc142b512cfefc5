using System.Runtime.Intrinsics;

namespace Nonpaged.Xdp;

/// <summary>
/// Some frames at a time, by their numbers, addresses and descriptors. A structure of what is the same for all runs of a loop, so
/// that it stays in registers, and so that loops are compiled for each by itself. Where addresses are looked at, frames have a
/// length that is a power of two.
/// </summary>
internal unsafe interface IFrameRun<TSelf> : INumberRun
    where TSelf : struct, IFrameRun<TSelf>
{
    /// <summary>For <see cref="StoreAddresses"/>, <see cref="StoreStarts"/> and <see cref="AreAddresses"/>.</summary>
    static abstract TSelf OfAddresses(uint frameSize);

    /// <summary>For <see cref="AreFrames"/>, <see cref="Copy"/> and <see cref="CopyFitting"/>.</summary>
    /// <param name="frameSize">In bytes.</param>
    /// <param name="refused">All that a frame's second word may not have.</param>
    static abstract TSelf OfFrames(uint frameSize, ulong refused = ulong.MaxValue);

    /// <summary>For <see cref="StoreFrames"/>: frames of a length that start so many bytes behind their places' starts.</summary>
    static abstract TSelf OfNewFrames(uint frameSize, uint start, uint length);

    /// <summary>One has all of them from now on, whose number is in each byte.</summary>
    static abstract void SetOwner(byte* owners, Vector128<byte> owner);

    /// <summary>Writes where the places of a run start.</summary>
    /// <param name="last">Where the last one starts.</param>
    /// <param name="to">Where they go.</param>
    void StoreAddresses(ulong last, ulong* to);

    /// <summary>The same.</summary>
    /// <param name="last">An address in the last one.</param>
    /// <param name="to">Where they go.</param>
    void StoreStarts(ulong last, ulong* to);

    /// <summary>Whether addresses are of a run.</summary>
    bool AreAddresses(ulong* addresses, ulong last);

    /// <summary>Whether frames are a run.</summary>
    bool AreFrames(ref XdpFrame frames, ulong last);

    /// <summary>Copies frames. Whether they are a run.</summary>
    bool Copy(ref XdpFrame from, ref XdpFrame to, ulong last);

    /// <summary>
    /// Copies frames. Whether they are a run, each at least a byte long, ends in its place, and has no option that is refused.
    /// </summary>
    bool CopyFitting(ref XdpFrame from, ref XdpFrame to, ulong last);

    /// <summary>Writes the frames of a run whose last place starts there.</summary>
    void StoreFrames(ulong last, ref XdpFrame to);
}
