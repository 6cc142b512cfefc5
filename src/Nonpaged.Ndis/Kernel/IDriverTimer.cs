namespace Nonpaged.Ndis;

/// <summary>What NdisInitializeTimer or NdisMInitializeTimer made: a timer of an adapter, or of none.</summary>
internal interface IDriverTimer
{
    /// <summary>Has its function run after a time, or again and again.</summary>
    void Set(uint milliseconds, bool periodic);

    /// <summary>False where it was not set, or fired before.</summary>
    bool Cancel();
}
