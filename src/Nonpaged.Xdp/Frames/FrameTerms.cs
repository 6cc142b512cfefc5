namespace Nonpaged.Xdp;

/// <summary>What a frame is held against before it leaves the program.</summary>
/// <param name="Reciprocal">2^64 by the frames' size, rounded up.</param>
/// <param name="FrameSize">In bytes.</param>
/// <param name="Total">How many frames there are.</param>
/// <param name="IsChecked">Whether the program must have it.</param>
/// <param name="AllowedOptions">Options that it may have, where they lie in <see cref="XdpFrame"/>'s second word.</param>
internal readonly record struct FrameTerms(ulong Reciprocal, uint FrameSize, uint Total, bool IsChecked, ulong AllowedOptions);
