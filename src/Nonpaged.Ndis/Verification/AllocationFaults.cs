namespace Nonpaged.Ndis;

/// <summary>
/// Calls that allocate something and are made to fail, by the place in the driver that makes them. Thread-safe.
/// </summary>
internal sealed class AllocationFaults
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _counts = [];
    private readonly List<string> _order = [];
    private readonly Dictionary<string, IReadOnlyList<CodePlace>> _stacks = [];
    private readonly Dictionary<string, int> _failing;
    private readonly int _failFrom;
    private int _calls;

    /// <param name="failing">The places whose calls fail: from which call of a place on, 1 being the first.</param>
    /// <param name="failFrom">All calls fail from this one on; 0 for none.</param>
    public AllocationFaults(IReadOnlyDictionary<string, int>? failing = null, int failFrom = 0)
    {
        _failing = failing is null ? [] : new Dictionary<string, int>(failing);
        _failFrom = failFrom;
    }

    /// <summary>The places that made such calls, in the order of their first, with how many they made.</summary>
    public IReadOnlyList<KeyValuePair<string, int>> Places
    {
        get
        {
            lock (_gate) return [.. _order.Select(place => KeyValuePair.Create(place, _counts[place]))];
        }
    }

    /// <summary>How many calls were made to fail.</summary>
    public int Failed { get; private set; }

    /// <summary>Where the last call was that was made to fail.</summary>
    public IReadOnlyList<CodePlace> LastFailed { get; private set; } = [];

    /// <summary>Where a call was made last; empty where it was not.</summary>
    public IReadOnlyList<CodePlace> StackOf(string call)
    {
        lock (_gate) return _stacks.GetValueOrDefault(call) ?? [];
    }

    /// <summary>A driver makes a call that allocates. Whether it is to fail.</summary>
    public bool Fails(string call, IReadOnlyList<CodePlace> stack)
    {
        // Not a driver's: a protocol of ours calls.
        if (stack.Count == 0) return false;
        string place = $"{call}@{string.Join('<', stack.Take(3).Select(Name))}";
        lock (_gate)
        {
            _stacks[call] = stack;
            if (!_counts.TryGetValue(place, out int count)) _order.Add(place);
            _counts[place] = ++count;
            _calls++;
            bool fails = (_failFrom > 0 && _calls >= _failFrom) || (_failing.TryGetValue(place, out int from) && count >= from);
            if (!fails) return false;
            Failed++;
            LastFailed = stack;
            return true;
        }
    }

    private static string Name(CodePlace place) =>
        place.Symbol is null ? $"0x{place.Offset:x}"
        : place.SymbolOffset == 0 ? $"{place.Symbol}:{place.Offset}"
        : $"{place.Symbol}+0x{place.SymbolOffset:x}";
}
