namespace Nonpaged.Xdp;

/// <summary>Where frames go that the program gives back. A structure, so that loops are compiled for each by itself.</summary>
internal interface IFramePlace
{
    /// <summary>Who has them then.</summary>
    byte Owner { get; }

    void Put(uint frame);

    /// <summary>Puts a run of eight.</summary>
    void PutRun(uint last, in EightFrames eight);
}
