using System.Diagnostics.CodeAnalysis;

namespace Nonpaged;

/// <summary>
/// Short runs of pages that were given back last, so that the next request of the same length takes one without a search. They
/// are free, and are merged with their neighbours (<see cref="PageAllocator.Settle"/>) before anyone looks at the free ranges.
/// Callers hold the page store's lock.
/// </summary>
internal sealed class RecentRuns(FreeRanges free)
{
    /// <summary>The longest, in pages.</summary>
    public const int MostPages = 16;

    private const int MostRuns = 64;

    private readonly Stack<Run>[] _byLength = [.. Enumerable.Range(0, MostPages + 1).Select(_ => new Stack<Run>())];
    private int _count;

    /// <summary>Keeps a run, which is physically contiguous and in one zone. False where it is long, or they are many.</summary>
    public bool TryAdd(Extent extent, nuint start, nuint pages, ulong physical)
    {
        if (pages > MostPages || _byLength[pages].Count == MostRuns) return false;
        _byLength[pages].Push(new Run(extent, start, pages, physical));
        _count++;
        return true;
    }

    /// <summary>
    /// Takes the one of the request's length that came last, where it meets the request and a search would take
    /// of no higher zone.
    /// </summary>
    public bool TryTake(in PageRequest request, out Run run)
    {
        run = default;
        if (_count == 0 || request.Pages > MostPages || !_byLength[request.Pages].TryPeek(out run)) return false;
        if (!request.Accepts(run.Extent) || !IsBelow(run, request.Limit) || !IsAligned(run, request)
            || IsHigherFree(run, request))
            return false;
        _byLength[request.Pages].Pop();
        _count--;
        return true;
    }

    /// <summary>Takes any.</summary>
    public bool TryTakeAny([NotNullWhen(true)] out Run? run)
    {
        run = null;
        if (_count == 0) return false;
        _count--;
        run = _byLength.First(runs => runs.Count > 0).Pop();
        return true;
    }

    private static bool IsBelow(in Run run, ulong limit) => limit == ulong.MaxValue
        || (run.Physical != PageEntry.Unknown && run.Physical <= limit
            && limit - run.Physical >= (run.Pages << Page.Shift) - 1);

    private static bool IsAligned(in Run run, in PageRequest request)
    {
        if ((run.Start & (request.Alignment - 1)) != 0) return false;
        if (request.IsOfAddressOnly) return true;
        return run.Physical == PageEntry.Unknown
            ? request.Alignment <= run.Extent.ContiguousUnit
            : (run.Physical & (request.Alignment - 1)) == 0;
    }

    private bool IsHigherFree(in Run run, in PageRequest request)
    {
        for (int zone = Zone.Count - 1; zone > Zone.Of(run.Physical); zone--)
        {
            if (free.PagesIn(zone) > 0 && Zone.Limit(zone - 1) <= request.Limit) return true;
        }

        return false;
    }

    internal readonly record struct Run(Extent Extent, nuint Start, nuint Pages, ulong Physical);
}
