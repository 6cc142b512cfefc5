using System.Diagnostics.Tracing;

namespace Nonpaged;

/// <summary>
/// The event source "Nonpaged", for <c>dotnet-trace --providers Nonpaged:0xf</c> and <see cref="EventListener"/>: what slow calls
/// do, and what is wrong. Ids, names, keywords and levels are public (docs/dotnet.md): a change of one breaks tools of users.
/// Programs compiled ahead of time have it with the property EventSourceSupport only.
/// </summary>
// The overload of WriteEvent that takes primitives is safe to trim: that of objects is not.
[EventSource(Name = "Nonpaged")]
internal sealed class NonpagedEventSource : EventSource
{
    /// <summary>The one of the process.</summary>
    public static readonly NonpagedEventSource Log = new();

    private NonpagedEventSource()
    {
    }

    /// <summary>Somebody listens to how pools grow.</summary>
    public bool IsToldOfGrowth => IsHeard(EventLevel.Informational, Keywords.Growth);

    /// <summary>Somebody listens to bad frees.</summary>
    public bool IsToldOfBadFrees => IsHeard(EventLevel.Error, Keywords.Misuse);

    /// <summary>A pool obtained memory from the kernel.</summary>
    [NonEvent]
    public void OnGrown(string pool, string rung, ulong bytes, TimeSpan took)
    {
        if (IsToldOfGrowth) Grown(pool, rung, bytes, took.TotalMilliseconds);
    }

    /// <summary>A pool gave memory back to the kernel.</summary>
    [NonEvent]
    public void OnGivenBack(string pool, ulong bytes)
    {
        if (IsToldOfGrowth) GivenBack(pool, bytes);
    }

    /// <summary>An allocation or a reservation failed.</summary>
    [NonEvent]
    public void OnAllocationFailed(string pool, AllocationFailure failure)
    {
        if (IsHeard(EventLevel.Warning, Keywords.Failures))
            AllocationFailed(pool, failure.Kind.ToString(), failure.Reason, failure.Limit, failure.Remedy);
    }

    /// <summary>A free was refused.</summary>
    [NonEvent]
    public void OnBadFree(string pool, nuint address, BadFree bad, string wrong)
    {
        if (IsToldOfBadFrees) BadFree(pool, address, bad.ToString(), wrong);
    }

    /// <summary>A pool was disposed with blocks in use.</summary>
    [NonEvent]
    public void OnLeftBehind(PoolLeftovers leftovers)
    {
        if (IsHeard(EventLevel.Warning, Keywords.Misuse))
            LeftBehind(leftovers.Pool, leftovers.Count, leftovers.Bytes);
    }

    /// <summary>A pin was taken away.</summary>
    [NonEvent]
    public void OnPinLost(string pool, LostPin lost)
    {
        if (IsHeard(EventLevel.Error, Keywords.Pins))
            PinLost(pool, lost.Address, lost.Length, lost.Pin.ToString(), lost.Blocks.Count);
    }

    /// <summary>Memory was written that was not the writer's.</summary>
    [NonEvent]
    public void OnCorrupted(string pool, MemoryCorruption corruption)
    {
        if (IsHeard(EventLevel.Critical, Keywords.Misuse))
            Corrupted(pool, corruption.Address, corruption.Kind.ToString(), corruption.ToString());
    }

    // The first question is what a compiler finds to be false where event sources are left out.
    private bool IsHeard(EventLevel level, EventKeywords keywords) => IsEnabled() && IsEnabled(level, keywords);

    [Event(1, Level = EventLevel.Informational, Keywords = Keywords.Growth,
        Message = "The pool \"{0}\" grew by {2} bytes ({1}) in {3} ms.")]
    private void Grown(string pool, string rung, ulong bytes, double milliseconds) =>
        WriteEvent(1, pool, rung, bytes, milliseconds);

    [Event(2, Level = EventLevel.Informational, Keywords = Keywords.Growth,
        Message = "The pool \"{0}\" gave {1} bytes back to the kernel.")]
    private void GivenBack(string pool, ulong bytes) => WriteEvent(2, pool, bytes);

    [Event(3, Level = EventLevel.Warning, Keywords = Keywords.Failures,
        Message = "The pool \"{0}\" could not allocate ({1}): {2} Limit: {3}. Remedy: {4}")]
    private void AllocationFailed(string pool, string kind, string reason, string limit, string remedy) =>
        WriteEvent(3, pool, kind, reason, limit, remedy);

    [Event(4, Level = EventLevel.Error, Keywords = Keywords.Misuse,
        Message = "The pool \"{0}\" refused to free {1} ({2}): it {3}.")]
    private void BadFree(string pool, ulong address, string kind, string wrong) => WriteEvent(4, pool, address, kind, wrong);

    [Event(5, Level = EventLevel.Warning, Keywords = Keywords.Misuse,
        Message = "The pool \"{0}\" was disposed with {1} blocks of {2} bytes in use.")]
    private void LeftBehind(string pool, long blocks, ulong bytes) => WriteEvent(5, pool, blocks, bytes);

    [Event(6, Level = EventLevel.Error, Keywords = Keywords.Pins,
        Message = "{2} bytes of the pool \"{0}\" at {1} are not pinned any more ({3}). {4} blocks lie there.")]
    private void PinLost(string pool, ulong address, ulong bytes, string pin, int blocks) =>
        WriteEvent(6, pool, address, bytes, pin, blocks);

    [Event(7, Level = EventLevel.Critical, Keywords = Keywords.Misuse,
        Message = "Memory of the pool \"{0}\" was written at {1} by somebody else ({2}): {3}")]
    private void Corrupted(string pool, ulong address, string kind, string block) => WriteEvent(7, pool, address, kind, block);

    /// <summary>What a listener chooses by. EventSource finds the class by its name.</summary>
    public static class Keywords
    {
        /// <summary>Memory that comes from the kernel and goes back.</summary>
        public const EventKeywords Growth = (EventKeywords)1;

        /// <summary>Allocations and reservations that fail.</summary>
        public const EventKeywords Failures = (EventKeywords)2;

        /// <summary>Bad frees, forgotten blocks, corrupted memory.</summary>
        public const EventKeywords Misuse = (EventKeywords)4;

        /// <summary>Pins that are lost.</summary>
        public const EventKeywords Pins = (EventKeywords)8;
    }
}
