namespace Nonpaged.Xdp;

/// <summary>Which frame an address lies in. A structure, so that loops over frames are compiled for each by itself.</summary>
internal interface IFrameIndex
{
    /// <summary>Whether frames start at multiples of a power of two, so that <see cref="IFrameRun{TSelf}"/> can be.</summary>
    static abstract bool MayBeRuns { get; }

    ulong Of(ulong address);
}
