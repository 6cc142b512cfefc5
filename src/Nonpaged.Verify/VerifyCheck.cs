namespace Nonpaged.Verify;

/// <summary>What is looked for.</summary>
public enum VerifyCheck
{
    /// <summary>Reads and writes outside of a block, before its start, past its end or after its free.</summary>
    SpecialPool,

    /// <summary>What a driver does where an allocation fails, each by itself.</summary>
    LowResources,

    /// <summary>A device that is given memory which is not its own, or not any more.</summary>
    Dma,

    /// <summary>Spin locks and the level at which calls are made.</summary>
    Locks,

    /// <summary>What a driver leaves when it ends, and packets that are not given back once.</summary>
    Leaks,

    /// <summary>Initialization and halt again and again, resets, power, a card that is pulled out.</summary>
    Life,

    /// <summary>Requests for objects, with right and wrong lengths, and what is answered.</summary>
    Oids,

    /// <summary>Frames of every length and shape, both ways.</summary>
    Frames,

    /// <summary>Several threads at once.</summary>
    Concurrency,

    /// <summary>How long functions take, interrupts that are never acknowledged.</summary>
    Time,
}
