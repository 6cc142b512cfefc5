namespace Nonpaged.Xdp;

/// <summary>Which frame an address lies in. A structure, so that loops over frames are compiled for each by itself.</summary>
internal interface IFrameIndex
{
    /// <summary>Whether eight at a time are faster than one by one: <see cref="EightFrames"/>.</summary>
    static abstract bool IsVector { get; }

    ulong Of(ulong address);
}
