namespace Nonpaged.Xdp;

/// <summary>
/// The numbers of some frames at a time. Mostly each is the one before less one, as the free ones lay at first and as rings hand
/// frames on: a run, whose owners lie next to each other.
/// </summary>
internal unsafe interface INumberRun
{
    /// <summary>The processor has the instructions.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>How many frames.</summary>
    static abstract uint Count { get; }

    /// <summary>Whether numbers are a run's.</summary>
    static abstract bool AreNumbers(ref uint numbers, uint last);

    /// <summary>Writes a run's numbers.</summary>
    static abstract void StoreNumbers(uint last, ref uint to);

    /// <summary>Whether one has all of them.</summary>
    static abstract bool AreOwnedBy(byte* owners, byte owner);

    /// <summary>One has all of them from now on.</summary>
    static abstract void SetOwner(byte* owners, byte owner);
}
