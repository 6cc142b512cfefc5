using System.Numerics;

namespace Nonpaged.Xdp;

/// <summary>What a pool's frames are like, and what one is held against before it leaves the program.</summary>
/// <param name="FrameSize">In bytes.</param>
/// <param name="Total">How many frames there are.</param>
/// <param name="IsChecked">Whether the program must have it.</param>
/// <param name="AllowedOptions">Options that it may have, where they lie in <see cref="XdpFrame"/>'s second word.</param>
internal readonly record struct FrameTerms(uint FrameSize, uint Total, bool IsChecked, ulong AllowedOptions)
{
    public bool IsPowerOfTwo => BitOperations.IsPow2(FrameSize);

    public FrameShift Shift => new(BitOperations.Log2(FrameSize));

    public FrameReciprocal Reciprocal => new(ulong.MaxValue / FrameSize + 1);

    /// <summary>The frame that an address lies in.</summary>
    public ulong IndexOf(ulong address) => address / FrameSize;
}
