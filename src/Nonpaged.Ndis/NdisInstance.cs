using System.Collections.Concurrent;
using System.Globalization;
using Nonpaged.Machines;

namespace Nonpaged.Ndis;

/// <summary>
/// One NDIS: a pool that its memory calls serve from, the machine that its miniports drive (or none), and what was reported. A
/// process may hold several. Thread-safe.
/// </summary>
public sealed unsafe class NdisInstance : IDisposable
{
    private static readonly Lock s_defaultLock = new();
    private static NdisInstance? s_default;

    private readonly ReportBook _book = new();
    private readonly AdapterTable _adapters;
    private readonly RepeatedMessages _told = new();
    private readonly bool _ownsPool;
    private int _cancelIds;

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
        Handles = new HandleTable(Options.Verification);
        Memory = new DriverMemory(this);
        _adapters = new AdapterTable(this);
        Devices = new DeviceTable(this);
        PnPEvents = new PnPEvents(this);
        Kernel = new Kernel(this);
        Pool.Corrupted += Report;
        ProgramContext = new CallContext(this, Driver.Program, Irql.PASSIVE_LEVEL, Initializing: false);
    }

    /// <summary>
    /// Each line of the log, for those who listen while something happens. Raised on any thread; a handler must not throw, nor
    /// call NDIS.
    /// </summary>
    public event Action<string>? LineLogged;

    /// <summary>Each report when it is made, equal ones again. Handlers are as those of <see cref="LineLogged"/>.</summary>
    internal event Action<NdisReport>? Reported;

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
    public IReadOnlyList<NdisReport> Reports => _book.Reports;

    /// <summary>How many reports are not in <see cref="Reports"/>, because there were too many different ones.</summary>
    public long FurtherReports => _book.Further;

    /// <summary>Blocks and handles that drivers left when they ended, oldest first, 65,536 at most.</summary>
    public IReadOnlyList<NdisLeak> Leaks => _book.Leaks;

    /// <summary>The adapters that run.</summary>
    public IReadOnlyList<Adapter> Adapters => _adapters.All;

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
    /// How much of the memory that the CPU does not cache drivers took (clause C16), under <see
    /// cref="NdisOptions.StrictNoncached"/>; otherwise null.
    /// </summary>
    public NoncachedBudget? NoncachedBudget => Memory.Budget;

    internal DriverMemory Memory { get; }

    /// <summary>Each block is recorded: because it was asked for, or because the pool does so anyway.</summary>
    internal bool Verifies => Options.Verify || Pool.Options.Verify;

    /// <summary>What drivers let programs open.</summary>
    internal DeviceTable Devices { get; }

    internal HandleTable Handles { get; }

    internal PnPEvents PnPEvents { get; }

    /// <summary>Packets that protocols keep.</summary>
    internal PacketLoans Loans { get; } = new();

    internal Kernel Kernel { get; }

    internal PortRegistry PortRegistry { get; } = new();

    internal IoSpaceMap IoSpaces { get; } = new();

    /// <summary>The pool that each descriptor, taken or free, belongs to.</summary>
    internal ConcurrentDictionary<nint, ElementPool> DescriptorOwners { get; } = new();

    /// <summary>
    /// Says where a C driver's call in progress comes from; null where there is no C driver. Must not throw, nor call
    /// NDIS.
    /// </summary>
    internal static Func<string?>? CallSite { get; set; }

    /// <summary>
    /// Is told of each failure and report of any instance: for C programs, which have no <see cref="Log"/>. Must not throw, nor
    /// call NDIS.
    /// </summary>
    internal static Action<NdisMessage>? Listener { get; set; }

    internal CallContext ProgramContext { get; }

    /// <summary>
    /// Plug and play: loads the driver where it isn't, finds its device, and initializes an adapter. Returns when the adapter
    /// runs.
    /// </summary>
    /// <param name="miniport">The driver.</param>
    /// <param name="device">The device; null takes the first PCI function that the driver matches and no adapter
    /// has.</param>
    /// <param name="configuration">What NdisReadConfiguration finds: "NetworkAddress" and the driver's own keywords.</param>
    /// <exception cref="AdapterException">No such device, or the driver failed to initialize. Nothing of it is left.</exception>
    /// <exception cref="InvalidOperationException">The instance has no machine.</exception>
    public Adapter StartAdapter(
        MiniportDriver miniport,
        MachineDevice? device = null,
        IReadOnlyDictionary<string, string>? configuration = null)
    {
        ArgumentNullException.ThrowIfNull(miniport);
        Machine machine = Machine
            ?? throw new InvalidOperationException("This instance serves memory alone; make it with a machine.");
        return _adapters.Start(miniport, machine, device, configuration);
    }

    /// <summary>
    /// Loads a driver that lies over adapters: a protocol, or an intermediate driver. Its DriverEntry runs, and what it registers
    /// is offered the adapters that there are.
    /// </summary>
    /// <param name="driver">The driver.</param>
    /// <param name="over">The driver whose adapters it is offered; null for all adapters.</param>
    /// <param name="configuration">What it finds as its parameters.</param>
    /// <exception cref="AdapterException">Its DriverEntry failed, or registered no protocol. Nothing of it is left.</exception>
    public LoadedDriver LoadDriver(
        MiniportDriver driver, Driver? over = null, IReadOnlyDictionary<string, string>? configuration = null)
    {
        ArgumentNullException.ThrowIfNull(driver);
        return new LoadedDriver(this, _adapters.LoadDriver(driver, over, configuration));
    }

    /// <summary>
    /// Runs code in a driver's name on the calling thread: calls of NDIS that it makes belong to that driver and this instance.
    /// </summary>
    public void Run(Driver driver, Action code)
    {
        ArgumentNullException.ThrowIfNull(driver);
        ArgumentNullException.ThrowIfNull(code);
        using (CallContext.Enter(new CallContext(this, driver, Irql.PASSIVE_LEVEL, Initializing: false))) code();
    }

    /// <summary>Halts all adapters.</summary>
    public void HaltAdapters()
    {
        foreach (Adapter adapter in Adapters) adapter.Halt();
    }

    /// <summary>Writes a line to the log. Callable on any thread.</summary>
    public void WriteLog(string line)
    {
        LineLogged?.Invoke(line);
        Log?.Invoke(line);
    }

    /// <summary>Halts the adapters that still run, and ends the instance; the pool of a machine goes with it.</summary>
    public void Dispose()
    {
        Devices.CloseDoors();
        HaltAdapters();
        Devices.AwaitFiles();
        Kernel.Dispose();
        // What was written after its free is told now, and not to an instance that is gone.
        if (Options.Guard || Options.GuardPages != GuardPages.None) Pool.Trim();
        Pool.Corrupted -= Report;
        if (Machine is not null) Machine.Faulted -= ReportFault;
        if (_ownsPool) Pool.Dispose();
    }

    /// <summary>Starts an adapter of an intermediate driver.</summary>
    internal NDIS_STATUS StartLayered(LayeredMiniport layer, string name, NDIS_HANDLE deviceContext) =>
        _adapters.StartLayered(layer, name, deviceContext);

    /// <summary>See <see cref="NdisLibrary.NdisGeneratePartialCancelId"/>.</summary>
    internal byte NextCancelId() => (byte)(((Interlocked.Increment(ref _cancelIds) - 1) % byte.MaxValue) + 1);

    internal void Unload(DriverRegistration registration) => _adapters.UnloadDriver(registration);

    internal void Remove(Adapter adapter, string who) => _adapters.Remove(adapter, who);

    /// <summary>Has drivers that wait look at their condition again.</summary>
    internal void Wake() => Kernel.Waits.Wake();

    /// <summary>
    /// Waits for what drivers do. An adapter's turn that the caller has borrowed goes on meanwhile. False where the time was over
    /// before; null is without end.
    /// </summary>
    internal bool WaitUntil(TimeSpan? time, Func<bool> condition) => Kernel.Waits.Wait(ProgramContext, time, condition);

    internal void Report(NdisLeak leak)
    {
        _book.Add(leak);
        IReadOnlyList<CodePlace> stack = leak.Stack.Count > 0 ? leak.Stack
            : Options.Verification?.Faults.StackOf(leak.Call) ?? [];
        Report(new NdisReport(NdisReportKind.Leak, leak.Call, leak.Driver, leak.What) { Stack = stack });
    }

    /// <summary>A call that allocates is made to fail, or held up.</summary>
    internal bool IsShort(string call)
    {
        if (Options.Verification is not { } verification || CallContext.CurrentDriver.Name == verification.Exempt) return false;
        verification.Delays?.Delay();
        return verification.Faults.Fails(call, verification.Stack());
    }

    internal void Tell(NdisMessage message)
    {
        Listener?.Invoke(message);
        string line = message.ToString();
        LineLogged?.Invoke(line);
        if (Log is not { } log) return;
        if ((Options.BriefLog ? _told.Count(message) : 1) is not { } count) return;
        log(count == 1 ? line : string.Create(CultureInfo.InvariantCulture, $"{line} ({count} times so far)"));
    }

    /// <summary>A page of memory for packet or buffer descriptors, or null; the reason goes to the log.</summary>
    internal void* AllocateDescriptorPage()
    {
        var page = new MemoryRequest(ElementPool.SlabSize) { WholePages = true };
        if (Pool.TryAllocate(page, out MemoryBlock? block, out AllocationFailure? failure)) return block.Address;
        WriteLog($"packet and buffer pools: {failure}");
        return null;
    }

    internal void FreeDescriptorPage(void* start) => Pool.Free(start);

    internal void Report(NdisReportKind kind, string call, Driver driver, string message) =>
        Report(new NdisReport(kind, call, driver.Name, message));

    internal void Report(NdisReport report)
    {
        if (Options.Verification is { } verification) report = verification.Locate(report);
        Reported?.Invoke(report);
        _book.Add(report);
        Tell(NdisMessage.Of(report));
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
        string driver = allocation?.Driver.Name ?? Driver.Program.Name;
        Report(new NdisReport(kind, allocation?.Call ?? "", driver, corruption.ToString())
        {
            Stack = allocation?.Stack ?? [],
            AllocationStack = allocation?.Stack ?? [],
            FreeStack = allocation?.FreeStack ?? [],
        });
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
        return machine.CreatePool(new NonpagedPoolOptions
        {
            Name = machine.Name,
            Verify = true,
            Guard = options.Guard,
            GuardPages = options.GuardPages,
        });
    }
}
