namespace Nonpaged.Machines.Vfio;

/// <summary>
/// Which addresses of an IOMMU are free. The highest place that will do is taken, since what lies low is what
/// limited requests need. Thread-safe.
/// </summary>
internal sealed class IovaAllocator
{
    private readonly Lock _gate = new();
    // First address and length of each free range, none next to another.
    private readonly SortedList<ulong, ulong> _free = [];

    /// <param name="usable">What the kernel lets be mapped: reserved windows are left out of it.</param>
    /// <param name="highest">The last address that the device can put out.</param>
    public IovaAllocator(IEnumerable<IovaRange> usable, ulong highest)
    {
        foreach (IovaRange range in usable.OrderBy(range => range.Start))
        {
            // Page 0 stays out: drivers take the physical address 0 for "none". The last page of 64 bits does too,
            // so that an end can be counted.
            ulong start = ulong.Max(Page.Size, (range.Start + (Page.Size - 1)) & ~(ulong)(Page.Size - 1));
            ulong end = ulong.Min(ulong.Min(range.Last, highest), ulong.MaxValue - Page.Size) + 1 & ~(ulong)(Page.Size - 1);
            if (range.Start <= ulong.MaxValue - Page.Size && start < end) _free.Add(start, end - start);
        }
    }

    /// <summary>How many bytes of addresses nobody has.</summary>
    public ulong FreeBytes
    {
        get
        {
            lock (_gate) return _free.Values.Aggregate(0UL, (sum, length) => sum + length);
        }
    }

    /// <summary>The free ranges, in order.</summary>
    public IReadOnlyList<IovaRange> FreeRanges
    {
        get
        {
            lock (_gate) return [.. _free.Select(range => new IovaRange(range.Key, range.Key + (range.Value - 1)))];
        }
    }

    /// <summary>Takes addresses; null where there are none like that.</summary>
    public ulong? TryTake(IovaRequest request)
    {
        if (request.Length == 0) return null;
        lock (_gate)
        {
            for (int index = _free.Count - 1; index >= 0; index--)
            {
                if (HighestIn(_free.GetKeyAtIndex(index), _free.GetValueAtIndex(index), request) is not { } start) continue;
                Cut(index, start, request.Length);
                return start;
            }
        }

        return null;
    }

    /// <summary>Gives addresses back that one call took.</summary>
    public void Give(ulong start, ulong length)
    {
        lock (_gate)
        {
            int next = IndexAbove(start);
            if (next < _free.Count && _free.GetKeyAtIndex(next) == start + length)
            {
                length += _free.GetValueAtIndex(next);
                _free.RemoveAt(next);
            }

            if (next > 0 && _free.GetKeyAtIndex(next - 1) + _free.GetValueAtIndex(next - 1) == start)
                _free.SetValueAtIndex(next - 1, _free.GetValueAtIndex(next - 1) + length);
            else _free.Add(start, length);
        }
    }

    private static ulong? HighestIn(ulong first, ulong length, IovaRequest request)
    {
        if (length < request.Length) return null;
        ulong highest = first + (length - request.Length);
        ulong limited = ulong.Max(request.LimitedLength, 1);
        // Unsigned all through: a limit may lie below what is asked for.
        if (request.HighestAcceptableAddress.Value < limited - 1) return null;
        highest = ulong.Min(highest, request.HighestAcceptableAddress.Value - (limited - 1));
        if (highest < request.Remainder) return null;
        ulong start = ((highest - request.Remainder) & ~((ulong)request.Alignment - 1)) + request.Remainder;
        return start >= first ? start : null;
    }

    private void Cut(int index, ulong start, ulong length)
    {
        ulong first = _free.GetKeyAtIndex(index);
        ulong end = first + _free.GetValueAtIndex(index);
        _free.RemoveAt(index);
        if (first < start) _free.Add(first, start - first);
        if (start + length < end) _free.Add(start + length, end - (start + length));
    }

    /// <summary>The place of the first free range above an address.</summary>
    private int IndexAbove(ulong address)
    {
        int low = 0;
        for (int high = _free.Count; low < high;)
        {
            int middle = (low + high) / 2;
            if (_free.GetKeyAtIndex(middle) > address) high = middle;
            else low = middle + 1;
        }

        return low;
    }
}
