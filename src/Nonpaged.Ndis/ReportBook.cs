namespace Nonpaged.Ndis;

/// <summary>What drivers did wrong, and what they left. Thread-safe.</summary>
internal sealed class ReportBook
{
    /// <summary>So many different reports are kept. Further ones are counted.</summary>
    private const int MostReports = 1024;

    // A driver that loses a block for each packet is known by fewer.
    private const int MostLeaks = 1 << 16;

    private readonly Lock _gate = new();
    private readonly List<NdisReport> _reports = [];
    private readonly Dictionary<NdisReport, int> _places = [];
    private readonly HashSet<NdisReport> _patterns = [];
    private readonly List<NdisLeak> _leaks = [];
    private long _further;

    /// <summary>The reports, oldest first.</summary>
    public IReadOnlyList<NdisReport> Reports
    {
        get
        {
            lock (_gate) return [.. _reports];
        }
    }

    /// <summary>How many reports were not kept.</summary>
    public long Further
    {
        get
        {
            lock (_gate) return _further;
        }
    }

    /// <summary>The leaks, oldest first.</summary>
    public IReadOnlyList<NdisLeak> Leaks
    {
        get
        {
            lock (_gate) return [.. _leaks];
        }
    }

    public void Add(NdisLeak leak)
    {
        lock (_gate)
        {
            if (_leaks.Count < MostLeaks) _leaks.Add(leak);
        }
    }

    public void Add(NdisReport report)
    {
        lock (_gate) Keep(report);
    }

    private void Keep(NdisReport report)
    {
        // A driver that makes one mistake for each packet must not hide the others that it makes.
        NdisReport alike = report with { Message = report.Pattern };
        if (_reports.Count >= MostReports && !_places.ContainsKey(report) && _patterns.Contains(alike)) report = alike;
        if (_places.TryGetValue(report, out int place))
        {
            _reports[place] = report with { Count = _reports[place].Count + 1 };
        }
        else if (_reports.Count == 2 * MostReports)
        {
            _further++;
        }
        else
        {
            _places[report] = _reports.Count;
            _patterns.Add(alike);
            _reports.Add(report);
        }
    }
}
