namespace Nonpaged.Verify;

/// <summary>Is told what happens in a run. Called on any thread, one at a time.</summary>
internal interface IVerifyWatch
{
    /// <summary>A fault of the driver.</summary>
    void Found(VerifyFinding finding);

    /// <summary>A step of the run begins.</summary>
    void Step(string what);

    /// <summary>A block of memory was handed out, or with a stack of its free given back.</summary>
    void Block(NdisAllocation allocation, IReadOnlyList<CodePlace>? freed);
}
