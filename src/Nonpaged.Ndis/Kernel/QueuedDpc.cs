namespace Nonpaged.Ndis;

/// <summary>A function of a driver that waits for the DPC thread.</summary>
/// <param name="Key">What it is queued for, at most once at a time: the address of a KDPC, or of a timer.</param>
/// <param name="Context">In whose name it runs.</param>
/// <param name="Function">How reports name it.</param>
/// <param name="Work">The function.</param>
internal sealed record QueuedDpc(nint Key, CallContext Context, string Function, Action Work)
{
    private volatile bool _isDone;

    /// <summary>It has run, or was removed.</summary>
    public bool IsDone => _isDone;

    public void SetDone() => _isDone = true;
}
