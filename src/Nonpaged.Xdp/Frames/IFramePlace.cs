namespace Nonpaged.Xdp;

/// <summary>Where frames go that the program gives back. A structure, so that loops are compiled for each by itself.</summary>
internal interface IFramePlace
{
    /// <summary>Who has them then.</summary>
    byte Owner { get; }

    void Put(nuint at, uint frame);

    /// <param name="at">Where its first one goes.</param>
    /// <param name="last">An address in its last one.</param>
    /// <param name="frame">The number of that.</param>
    /// <param name="run">Of addresses.</param>
    void PutRun<TRun>(nuint at, ulong last, uint frame, in TRun run)
        where TRun : struct, IFrameRun<TRun>;
}
