namespace Nonpaged.Verify;

/// <summary>The drivers over the one that drives the card.</summary>
internal interface IVerifyStack
{
    /// <summary>Puts them over an adapter. Returns the highest one that there is then.</summary>
    Adapter Build(Adapter lowest);

    /// <summary>Ends them, and the adapter below.</summary>
    void End(Adapter top);
}
