using System.Diagnostics.CodeAnalysis;

namespace Nonpaged;

/// <summary>
/// Runs of pages that were given back last, so that the next request of the same length takes one without a search. They
/// are free, and are merged with their neighbours (<see cref="PageAllocator.Settle"/>) before anyone looks at the free ranges.
/// Callers hold the page store's lock.
/// </summary>
internal sealed class RecentRuns(FreeRanges free)
{
    /// <summary>The longest of those that are kept by their length, in pages.</summary>
    private const int MostShort = 16;

    private const int MostOfLength = 64;
    private const int MostLong = 16;

    private readonly Stack<Run>[] _byLength = [.. Enumerable.Range(0, MostShort + 1).Select(_ => new Stack<Run>())];

    // Of any length above; the one that came last is the last.
    private readonly List<Run> _long = new(MostLong);
    private int _count;

    // What was searched for and found in no zone above this one, though so many pages were free there: in pieces.
    private PageRequest _sought;
    private int _foundIn;
    private ulong _freeAbove;

    /// <summary>Keeps a run. False where there are many like it.</summary>
    public bool TryAdd(in Run run)
    {
        bool isShort = run.Pages <= MostShort;
        if (isShort ? _byLength[run.Pages].Count == MostOfLength : _long.Count == MostLong) return false;
        if (isShort) _byLength[run.Pages].Push(run);
        else _long.Add(run);
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
        if (_count == 0) return false;
        if (request.Pages > MostShort) return TryTakeLong(request, out run);
        if (!_byLength[request.Pages].TryPeek(out run) || !Meets(run, request)) return false;
        _byLength[request.Pages].Pop();
        _count--;
        return true;
    }

    /// <summary>Learns where a search found pages, while these are still free.</summary>
    public void OnFound(in PageRequest request, int zone)
    {
        ulong pages = FreeAbove(zone, request.Limit);
        if (pages >= request.Pages) (_sought, _foundIn, _freeAbove) = (request, zone, pages);
    }

    /// <summary>Takes any.</summary>
    public bool TryTakeAny([NotNullWhen(true)] out Run? run)
    {
        run = null;
        if (_count == 0) return false;
        _count--;
        if (_long.Count > 0)
        {
            run = _long[^1];
            _long.RemoveAt(_long.Count - 1);
            return true;
        }

        run = _byLength.First(runs => runs.Count > 0).Pop();
        return true;
    }

    private bool TryTakeLong(in PageRequest request, out Run run)
    {
        for (int i = _long.Count - 1; i >= 0; i--)
        {
            run = _long[i];
            if (run.Pages != request.Pages || !Meets(run, request)) continue;
            _long.RemoveAt(i);
            _count--;
            return true;
        }

        run = default;
        return false;
    }

    private bool Meets(in Run run, in PageRequest request) =>
        request.Accepts(run.Extent) && (run.IsContiguous || !request.Contiguous) && IsBelow(run, request.Limit)
        && IsAligned(run, request) && !IsHigherFree(run, request);

    private static bool IsBelow(in Run run, ulong limit) => limit == ulong.MaxValue
        || (run.IsContiguous && run.Physical != PageEntry.Unknown && run.Physical <= limit
            && limit - run.Physical >= (run.Pages << Page.Shift) - 1);

    private static bool IsAligned(in Run run, in PageRequest request)
    {
        if ((run.Start & (request.Alignment - 1)) != 0) return false;
        if (request.IsOfAddressOnly) return true;
        return run.Physical == PageEntry.Unknown
            ? request.Alignment <= run.Extent.ContiguousUnit
            : (run.Physical & (request.Alignment - 1)) == 0;
    }

    // As PageSearch goes: in higher zones, where these have pages enough, and it would not be in vain again.
    private bool IsHigherFree(in Run run, in PageRequest request)
    {
        ulong pages = FreeAbove(run.Zone, request.Limit);
        return pages >= request.Pages && !(run.Zone >= _foundIn && pages <= _freeAbove && request == _sought);
    }

    private ulong FreeAbove(int lowest, ulong limit)
    {
        ulong pages = 0;
        for (int zone = Zone.Count - 1; zone > lowest; zone--)
        {
            if (Zone.Limit(zone - 1) <= limit) pages += free.PagesIn(zone);
        }

        return pages;
    }

    /// <param name="Extent">What it is of.</param>
    /// <param name="Start">Its first byte.</param>
    /// <param name="Pages">How many.</param>
    /// <param name="Physical">Of the first byte, or <see cref="PageEntry.Unknown"/>.</param>
    /// <param name="Zone">The lowest that a page of it lies in.</param>
    /// <param name="IsContiguous">It is one physical range.</param>
    internal readonly record struct Run(
        Extent Extent, nuint Start, nuint Pages, ulong Physical, int Zone, bool IsContiguous);
}
