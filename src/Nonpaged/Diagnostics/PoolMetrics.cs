using System.Diagnostics.Metrics;

namespace Nonpaged;

/// <summary>
/// The meter "Nonpaged", by System.Diagnostics.Metrics: what the process's pools hold, read when a listener asks, and what slow
/// calls do. Blocks that come from a thread's magazine are not counted.
/// </summary>
internal static class PoolMetrics
{
    private const string PoolTag = "nonpaged.pool";
    private const string RungTag = "nonpaged.rung";
    private const string PinTag = "nonpaged.pin";
    private const string KindTag = "nonpaged.failure.kind";

    private static readonly Meter s_meter = new("Nonpaged", typeof(PoolMetrics).Assembly.GetName().Version?.ToString(3));
    private static readonly Counter<long> s_allocations = s_meter.CreateCounter<long>(
        "nonpaged.allocations", "{block}", "Blocks that were allocated for a MemoryRequest.");

    private static readonly Counter<long> s_failures = s_meter.CreateCounter<long>(
        "nonpaged.failures", "{failure}", "Allocations and reservations that failed.");

    private static readonly Histogram<double> s_growth = s_meter.CreateHistogram<double>(
        "nonpaged.growth.duration", "s", "How long it took to obtain memory from the kernel.");

    private static readonly Lock s_gate = new();
    private static readonly List<WeakReference<NonpagedPool>> s_pools = [];

    static PoolMetrics()
    {
        Observe("held", "Memory that the pool holds.", static extent => (long)extent.Length);
        Observe("used", "Whole pages that are in use.", static extent => Sum(extent, isUsed: true));
        Observe("free", "Whole pages that nobody uses.", static extent => Sum(extent, isUsed: false));
        Observe(
            "pinned", "Memory whose physical addresses cannot change.",
            static extent => extent.Pinned ? (long)extent.Length : 0);
    }

    /// <summary>A pool is there until it is disposed or forgotten.</summary>
    public static void Add(NonpagedPool pool)
    {
        lock (s_gate)
        {
            s_pools.RemoveAll(known => !known.TryGetTarget(out NonpagedPool? other) || other.IsDisposed);
            s_pools.Add(new WeakReference<NonpagedPool>(pool));
        }
    }

    /// <summary>Blocks were allocated for a request.</summary>
    public static void OnAllocated(string pool, int count = 1)
    {
        if (s_allocations.Enabled) s_allocations.Add(count, new KeyValuePair<string, object?>(PoolTag, pool));
    }

    /// <summary>Something failed.</summary>
    public static void OnFailed(string pool, AllocationFailure failure)
    {
        if (!s_failures.Enabled) return;
        s_failures.Add(
            1, new KeyValuePair<string, object?>(PoolTag, pool),
            new KeyValuePair<string, object?>(KindTag, failure.Kind.ToString()));
    }

    /// <summary>Somebody wants to know how long pools take to grow.</summary>
    public static bool IsToldOfGrowth => s_growth.Enabled;

    /// <summary>Memory was obtained, by a rung, or none was.</summary>
    public static void OnGrowth(string pool, string? rung, TimeSpan took)
    {
        if (!s_growth.Enabled) return;
        s_growth.Record(
            took.TotalSeconds, new KeyValuePair<string, object?>(PoolTag, pool),
            new KeyValuePair<string, object?>(RungTag, rung ?? "none"));
    }

    private static void Observe(string name, string description, Func<PoolExtent, long> measure) =>
        s_meter.CreateObservableUpDownCounter($"nonpaged.pool.{name}", () => Measure(measure), "By", description);

    private static IEnumerable<Measurement<long>> Measure(Func<PoolExtent, long> measure) =>
        from pool in Pools()
        from extents in MapOf(pool)?.Extents.GroupBy(extent => (extent.Rung, extent.Pin)) ?? []
        group extents.Sum(measure) by (pool.Options.Name, extents.Key.Rung, extents.Key.Pin) into alike
        select new Measurement<long>(
            alike.Sum(),
            new KeyValuePair<string, object?>(PoolTag, alike.Key.Name),
            new KeyValuePair<string, object?>(RungTag, alike.Key.Rung),
            new KeyValuePair<string, object?>(PinTag, alike.Key.Pin.ToString()));

    private static NonpagedPool[] Pools()
    {
        lock (s_gate)
        {
            var pools = new List<NonpagedPool>();
            foreach (WeakReference<NonpagedPool> known in s_pools)
            {
                if (known.TryGetTarget(out NonpagedPool? pool)) pools.Add(pool);
            }

            return [.. pools];
        }
    }

    private static PoolMap? MapOf(NonpagedPool pool)
    {
        try
        {
            return pool.GetMap();
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    private static long Sum(PoolExtent extent, bool isUsed) =>
        extent.Stretches.Where(stretch => stretch.Use is not null == isUsed).Sum(stretch => (long)stretch.Length);
}
