using System.Collections.Concurrent;
using System.Diagnostics.Tracing;

namespace Nonpaged.Tests.Diagnostics;

/// <summary>Listens to the event source "Nonpaged", as any code of a process may, and keeps what it tells of one pool.</summary>
internal sealed class ToldEvents : EventListener
{
    private readonly ConcurrentQueue<EventWrittenEventArgs> _told = [];
    private readonly string _pool;

    /// <param name="pool">The pool's name.</param>
    /// <param name="level">Events of this level and of worse ones are told.</param>
    /// <param name="keywords">Those with one of these.</param>
    public ToldEvents(string pool, EventLevel level = EventLevel.Verbose, EventKeywords keywords = EventKeywords.All)
    {
        _pool = pool;
        // It is there with the first pool.
        NonpagedPool.Create().Dispose();
        EnableEvents(EventSource.GetSources().Single(source => source.Name == "Nonpaged"), level, keywords);
    }

    /// <summary>What was told, in its order.</summary>
    public EventWrittenEventArgs[] All => [.. _told];

    /// <summary>What was told of one kind, by its name.</summary>
    public EventWrittenEventArgs[] Of(string name) => [.. _told.Where(one => one.EventName == name)];

    protected override void OnEventWritten(EventWrittenEventArgs eventData)
    {
        if (eventData.Payload?[0] as string == _pool) _told.Enqueue(eventData);
    }
}
