using System.Collections.Concurrent;

namespace Nonpaged.Ndis;

/// <summary>
/// What a protocol started and waits for within the call: where it ends soon, its status is the call's, and no completion
/// function is called (NdisSend, NdisRequest: any status but NDIS_STATUS_PENDING). Thread-safe.
/// </summary>
/// <param name="varied">Chooses what ends so.</param>
/// <param name="anywhere">Completion functions run on several threads at once.</param>
internal sealed class AwaitedEnds(VariedEnds varied, bool anywhere)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentDictionary<nint, AwaitedEnd> _awaited = new();

    /// <summary>This time the completion function runs on a thread of its own, as a deserialized adapter has it.</summary>
    public bool MayEndElsewhere => anywhere && varied.Choose();

    /// <summary>Before what may end: null where this time it ends by its completion function.</summary>
    public AwaitedEnd? Expect(nint what)
    {
        if (!varied.Choose()) return null;
        var end = new AwaitedEnd(what);
        return _awaited.TryAdd(what, end) ? end : null;
    }

    /// <summary>What it ended with; NDIS_STATUS_PENDING where it ends by its completion function, or was not started.</summary>
    public NDIS_STATUS Take(AwaitedEnd end, bool isStarted)
    {
        if (isStarted) SpinWait.SpinUntil(() => end.HasEnded, s_patience);
        bool isLate = end.GiveUp();
        _awaited.TryRemove(new KeyValuePair<nint, AwaitedEnd>(end.What, end));
        return isLate ? NDIS_STATUS_PENDING : end.Status;
    }

    /// <summary>It ended. True where the call that started it returns the status.</summary>
    public bool TryEnd(nint what, NDIS_STATUS status) =>
        _awaited.TryGetValue(what, out AwaitedEnd? end) && end.TryEnd(status);
}
