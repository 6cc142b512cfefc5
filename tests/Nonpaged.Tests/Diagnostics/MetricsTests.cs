using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace Nonpaged.Tests.Diagnostics;

/// <summary>The meter "Nonpaged", as listeners and OpenTelemetry see it.</summary>
[Collection("host memory")]
public sealed class MetricsTests
{
    [Fact]
    public void A_listener_sees_what_the_map_shows()
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Name = "metrics: map", Ladder = [MemoryRung.Collapsed] });
        using MemoryBlock block = pool.Allocate(300_000);
        using MemoryBlock other = pool.Allocate(new MemoryRequest(100_000) { Contiguous = true });
        PoolMap map = pool.GetMap();
        ILookup<string, (long Value, string Tags)> seen = Observe("metrics: map");
        Assert.Equal((long)map.HeldBytes, Sum("nonpaged.pool.held"));
        Assert.Equal((long)map.UsedBytes, Sum("nonpaged.pool.used"));
        Assert.Equal((long)map.FreeBytes, Sum("nonpaged.pool.free"));
        Assert.Equal(
            map.Extents.Where(extent => extent.Pinned).Sum(extent => (long)extent.Length), Sum("nonpaged.pool.pinned"));
        Assert.All(seen.SelectMany(of => of), one => Assert.Contains(map.Extents[0].Rung, one.Tags, StringComparison.Ordinal));

        long Sum(string name) => seen[name].Sum(one => one.Value);
    }

    [Fact]
    public void A_pool_that_is_gone_is_not_seen()
    {
        using (var pool = NonpagedPool.Create(new NonpagedPoolOptions { Name = "metrics: gone" })) pool.Allocate(100_000);
        Assert.Empty(Observe("metrics: gone"));
    }

    [Fact]
    public void Slow_calls_are_counted_with_the_kind_of_their_failure_and_the_time_of_growth()
    {
        var seen = new List<(string Name, double Value, string Tags)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Nonpaged" && !instrument.IsObservable) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument.Name, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument.Name, value, tags));
        listener.Start();
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Name = "metrics: slow", Ceiling = 4 << 20 });
        for (int i = 0; i < 3; i++) pool.Allocate(300_000);
        pool.AllocateGroup(new MemoryRequest(100) { Shared = Sharing.ReadWrite }, 2);
        Assert.Throws<AllocationException>(() => pool.Allocate(100 << 20));
        Assert.False(pool.TryReserve(100 << 20, out _));
        listener.Dispose();
        (string Name, double Value, string Tags)[] mine = [.. seen.Where(one => Has(one.Tags, "metrics: slow"))];
        Assert.Equal(5, mine.Where(one => one.Name == "nonpaged.allocations").Sum(one => one.Value));
        Assert.Equal(2, mine.Count(one => one.Name == "nonpaged.failures"));
        Assert.All(mine.Where(one => one.Name == "nonpaged.failures"), one => Assert.True(Has(one.Tags, "Ceiling"), one.Tags));
        Assert.Contains(mine, one => one.Name == "nonpaged.growth.duration");
        Assert.All(mine.Where(one => one.Name == "nonpaged.growth.duration"), one => Assert.InRange(one.Value, 1e-6, 60));

        void Add(string name, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            lock (seen) seen.Add((name, value, TextOf(tags)));
        }
    }

    [Fact]
    public void OpenTelemetry_exports_the_same()
    {
        var exported = new List<Metric>();
        MeterProviderBuilder builder = Sdk.CreateMeterProviderBuilder().AddMeter("Nonpaged").AddInMemoryExporter(exported);
        using (MeterProvider provider = builder.Build())
        {
            using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Name = "metrics: exported" });
            pool.Allocate(300_000);
            Assert.True(provider.ForceFlush());
            Metric held = Assert.Single(exported, metric => metric.Name == "nonpaged.pool.held");
            Assert.Equal("By", held.Unit);
            Assert.Equal((long)pool.HeldBytes, SumOf(held));
            Assert.Equal(1, SumOf(Assert.Single(exported, metric => metric.Name == "nonpaged.allocations")));
        }

        static long SumOf(Metric metric)
        {
            long sum = 0;
            foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
            {
                foreach (KeyValuePair<string, object?> tag in point.Tags)
                {
                    if (tag.Value as string == "metrics: exported") sum += point.GetSumLong();
                }
            }

            return sum;
        }
    }

    private static ILookup<string, (long Value, string Tags)> Observe(string pool)
    {
        var seen = new List<(string Name, long Value, string Tags)>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Nonpaged" && instrument.IsObservable) self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) => seen.Add((instrument.Name, value, TextOf(tags))));
        listener.Start();
        listener.RecordObservableInstruments();
        return seen.Where(one => Has(one.Tags, pool)).ToLookup(one => one.Name, one => (one.Value, one.Tags));
    }

    private static bool Has(string tags, string word) => tags.Contains(word, StringComparison.Ordinal);

    private static string TextOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = new List<string>();
        foreach (KeyValuePair<string, object?> tag in tags) text.Add($"{tag.Key}={tag.Value}");
        return string.Join(' ', text);
    }
}
