using Nonpaged.Machines;

namespace Nonpaged.Ndis;

/// <summary>
/// One NDIS: a pool that its memory calls serve from, the machine that its miniports drive (or none), and what was reported. A
/// process may hold several. Thread-safe.
/// </summary>
public sealed partial class NdisInstance : IDisposable
{
    /// <summary>So many different reports are kept. Further ones are counted.</summary>
    private const int MostReports = 1024;

    private static readonly Lock s_defaultLock = new();
    private static NdisInstance? s_default;

    private readonly Lock _reportLock = new();
    private readonly List<NdisReport> _reports = [];
    private readonly Dictionary<NdisReport, int> _places = [];
    private readonly HashSet<NdisReport> _patterns = [];
    private long _furtherReports;
    private readonly bool _ownsPool;

    /// <summary>
    /// NDIS on a machine: its memory is the machine's RAM. The machine stays the caller's and must outlive the instance.
    /// </summary>
    public NdisInstance(Machine machine, NdisOptions? options = null)
        : this(PoolOver(machine, options ?? new NdisOptions()), options)
    {
        Machine = machine;
        Machine.Faulted += ReportFault;
        _ownsPool = true;
    }

    /// <summary>NDIS's memory calls alone, served from a pool that stays the caller's.</summary>
    public NdisInstance(NonpagedPool pool, NdisOptions? options = null)
    {
        Pool = pool ?? throw new ArgumentNullException(nameof(pool));
        Options = options ?? new NdisOptions();
        Memory = new DriverMemory(this);
        Pool.Corrupted += Report;
        ProgramContext = new CallContext(this, Driver.Program, Irql.PASSIVE_LEVEL, Initializing: false);
    }

    /// <summary>What calls outside of any driver use: the memory of the host.</summary>
    public static NdisInstance Default => Volatile.Read(ref s_default) ?? MakeDefault();

    /// <summary>The memory that all calls serve from.</summary>
    public NonpagedPool Pool { get; }

    /// <summary>The machine that miniports drive, or null in a plain program.</summary>
    public Machine? Machine { get; }

    /// <summary>How it behaves.</summary>
    public NdisOptions Options { get; }

    /// <summary>Called for each line of the log: failures with their reason, and reports. May be called on any thread.</summary>
    public Action<string>? Log { get; set; }

    /// <summary>
    /// What drivers did wrong, oldest first. Equal reports are one, with their count. After the first 1024, so are
    /// those that differ from
    /// one before in numbers alone, with # for these, and of others 1024 more are kept (<see cref="FurtherReports"/>).
    /// </summary>
    public IReadOnlyList<NdisReport> Reports
    {
        get
        {
            lock (_reportLock) return [.. _reports];
        }
    }

    /// <summary>How many reports are not in <see cref="Reports"/>, because there were too many different ones.</summary>
    public long FurtherReports
    {
        get
        {
            lock (_reportLock) return _furtherReports;
        }
    }

    /// <summary>
    /// The calls that asked for memory, oldest first, 65,536 at most; empty unless <see cref="NdisOptions.KeepJournal"/> is set.
    /// </summary>
    public IReadOnlyList<NdisAllocation> Allocations => Memory.Journal;

    /// <summary>
    /// How many calls that asked for memory are not in <see cref="Allocations"/>, because there were too many.
    /// </summary>
    public long FurtherAllocations => Memory.Further;

    /// <summary>The memory that was handed out and not given back.</summary>
    public IReadOnlyList<NdisAllocation> Outstanding => [.. Memory.Outstanding];

    /// <summary>
    /// How much of the memory that the CPU does not cache drivers took (clause C16), under
    /// <see cref="NdisOptions.StrictNoncached"/>; otherwise null.
    /// </summary>
    public NoncachedBudget? NoncachedBudget => Memory.Budget;

    internal DriverMemory Memory { get; }

    /// <summary>Each block is recorded: because it was asked for, or because the pool does so anyway.</summary>
    internal bool Verifies => Options.Verify || Pool.Options.Verify;

    internal CallContext ProgramContext { get; }

    internal void Report(NdisReportKind kind, string call, Driver driver, string message) =>
        Report(new NdisReport(kind, call, driver.Name, message));

    internal void Report(NdisReport report)
    {
        lock (_reportLock) Keep(report);
        Tell(NdisMessage.Of(report));
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
            _furtherReports++;
        }
        else
        {
            _places[report] = _reports.Count;
            _patterns.Add(alike);
            _reports.Add(report);
        }
    }

    /// <summary>
    /// Not lazily initialized by the runtime, which would keep a failure for good: a later call may find memory.
    /// </summary>
    private static NdisInstance MakeDefault()
    {
        lock (s_defaultLock)
        {
            if (s_default is { } made) return made;
            made = new NdisInstance(NonpagedPool.Default, new NdisOptions { Verify = false });
            Volatile.Write(ref s_default, made);
            return made;
        }
    }

    private void Report(MemoryCorruption corruption)
    {
        var allocation = corruption.Block.Request.Owner as NdisAllocation;
        NdisReportKind kind = corruption.Kind == CorruptionKind.PastEnd
            ? NdisReportKind.WritePastEnd
            : NdisReportKind.WriteAfterFree;
        Report(
            new NdisReport(kind, allocation?.Call ?? "", allocation?.Driver.Name ?? Driver.Program.Name, corruption.ToString()));
    }

    private void ReportFault(string fault)
    {
        string drivers = string.Join(", ", Adapters.Select(adapter => adapter.Driver.Name).Distinct());
        Report(new NdisReport(
            NdisReportKind.DeviceFault, "DMA", drivers.Length == 0 ? Driver.Program.Name : drivers,
            $"the device was given an address where nothing is mapped for it, and the IOMMU kept it from memory: {fault}"));
    }

    private static NonpagedPool PoolOver(Machine machine, NdisOptions options)
    {
        ArgumentNullException.ThrowIfNull(machine);
        return machine.CreatePool(new NonpagedPoolOptions { Name = machine.Name, Verify = true, Guard = options.Guard });
    }

    /// <summary>Halts the adapters that still run, and ends the instance; the pool of a machine goes with it.</summary>
    public void Dispose()
    {
        HaltAdapters();
        // What was written after its free is told now, and not to an instance that is gone.
        if (Options.Guard) Pool.Trim();
        Pool.Corrupted -= Report;
        if (Machine is not null) Machine.Faulted -= ReportFault;
        if (_ownsPool) Pool.Dispose();
    }
}
