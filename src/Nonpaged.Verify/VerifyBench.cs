using Nonpaged.Interop;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Verify;

/// <summary>A machine and an NDIS on it that a run puts its driver through its exercises on.</summary>
internal sealed class VerifyBench : IDisposable
{
    private static readonly TimeSpan s_poll = TimeSpan.FromMilliseconds(5);

    // So long a device model takes for a frame, and more.
    private static readonly TimeSpan s_frame = TimeSpan.FromMilliseconds(10);

    private readonly Lock _telling = new();
    private readonly Lock _polled = new();
    private readonly DmaWatch? _dma;
    private readonly Timer? _polling;
    private readonly CardCable? _card;
    private readonly VerifySubject _subject;
    private readonly VerifyRun _run;
    private readonly IVerifyWatch _watch;
    private readonly Verification _verification;
    private IVerifyStack? _stack;
    private readonly Dictionary<string, NDIS_MINIPORT_CHARACTERISTICS> _functions = [];

    public VerifyBench(VerifySubject subject, VerifyRun run, IVerifyWatch watch)
    {
        _subject = subject;
        _run = run;
        _watch = watch;
        Random = new Random(run.Seed);
        _verification = new Verification
        {
            Stack = subject.CallStack,
            PlaceOf = subject.PlaceOf,
            Faults = new AllocationFaults(run.Failing, run.FailFrom),
            Exempt = Station.Name,
            ThreadTime = run.Timed ? LibC.GetThreadTime : null,
            SendsDirectly = run.Check == VerifyCheck.Concurrency,
            Delays = run.Check == VerifyCheck.Concurrency ? new CallDelays(run.Seed) : null,
            Varied = new VariedEnds(run.Seed),
            Sending = Look,
            Allocated = (allocation, freed) =>
            {
                lock (_telling) watch.Block(allocation, freed);
            },
            Withdrawn = run.Iommu ? _ => Provoke() : null,
            DeviceWritten = run.Iommu ? value => _dma!.Note(value, subject.CallStack()) : null,
        };
        Machine = subject.StartMachine(run);
        try
        {
            Device = subject.Nic is null ? new VirtualDevice() : Machine.IsaNic ?? (MachineDevice)Machine.Nic;
            Driver = subject.Driver(Device);
            Instance = new NdisInstance(Machine, new NdisOptions
            {
                KeepJournal = true,
                BriefLog = true,
                LenientPools = true,
                GuardPages = run.GuardPages,
                Verification = _verification,
            });
        }
        catch
        {
            Machine.Dispose();
            throw;
        }

        Devices = new DeviceBench(this);
        _card = Machine.Wire is { } wire ? new CardCable(wire) : null;
        // What a neighbour sends would count in statistics.
        if (subject.Stack is not null && run.Check != VerifyCheck.Oids && Machine.Wire is { } shared)
            shared.Taker = (Neighbour = new Neighbour(shared)).Take;
        Instance.Reported += Tell;
        _dma = new DmaWatch(Instance);
        if (Machine.Reach is not null) _polling = new Timer(_ => TellFaults(), null, s_poll, s_poll);
    }

    public QemuMachine Machine { get; }

    public MachineDevice Device { get; }

    public MiniportDriver Driver { get; }

    public NdisInstance Instance { get; }

    public Random Random { get; }

    /// <summary>The devices that the driver made.</summary>
    public DeviceBench Devices { get; }

    /// <summary>The other end of the card's cable, or a device that is that; null where there is none.</summary>
    public ICable? Wire => _card ?? Devices.Cable;

    /// <summary>Who answers a protocol that is verified; null where none is.</summary>
    public Neighbour? Neighbour { get; }

    /// <summary>
    /// A card that the model does not pad frames for. Others do, where their driver asks for it, and QEMU's models of these
    /// (e1000, pcnet) do not look at that.
    /// </summary>
    public bool IsPaddingSeen => _subject.Nic is "rtl8139" or "ne2k_pci" or "ne2k_isa";

    /// <summary>The address of QEMU's card, where neither its properties nor the driver's parameters say another.</summary>
    public MacAddress? CardAddress =>
        _subject.Nic is null || _subject.NicProperties.Any(one => one.Key == "mac") || Settings().ContainsKey("NetworkAddress")
            ? null : new MacAddress([0x52, 0x54, 0x00, 0x12, 0x34, 0x56]);

    /// <summary>The calls that allocate, and which of them failed.</summary>
    public AllocationFaults Faults => _verification.Faults;

    /// <summary>Calls were made to fail: that the driver does less is no fault then.</summary>
    public bool IsShort => Faults.Failed > 0;

    /// <summary>Whether an exercise goes on after a fault that it would meet again and again.</summary>
    public int Found { get; private set; }

    public void Step(string what)
    {
        lock (_telling) _watch.Step(what);
    }

    /// <summary>Starts the driver's adapter, and what is to be over it. Null where the driver did not come up.</summary>
    public Adapter? Start(out string? why)
    {
        why = null;
        try
        {
            Adapter lowest = Instance.StartAdapter(Driver, Device, Settings());
            _functions[lowest.Driver.Name] = lowest.Origin.Characteristics;
            if (_subject.Stack is not { } over) return lowest;
            _stack = over(Instance);
            Adapter top = _stack.Build(lowest);
            _functions[top.Driver.Name] = top.Origin.Characteristics;
            return top;
        }
        catch (AdapterException refused)
        {
            why = refused.Message;
            return null;
        }
    }

    /// <summary>Halts the adapter, and all below and above it.</summary>
    public void End(Adapter adapter)
    {
        Devices.Hold();
        if (_stack is null) adapter.Halt();
        else _stack.End(adapter);
        _stack = null;
        Devices.End();
        if (!Machine.Gone.IsCompleted && Device.InterruptVector is { } vector && Machine.GetInterrupt(vector).IsRaised)
            Break(BehaviourRule.InterruptAfterHalt, $"MiniportHalt has returned, and the card's interrupt line {vector} is "
                + "raised.");
    }

    /// <summary>The driver breaks a rule of behaviour.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="message">How it is broken.</param>
    /// <param name="stack">Where; null for the function that is to keep the rule.</param>
    /// <param name="driver">The driver; null for the one whose adapter is exercised.</param>
    public void Break(BehaviourRule rule, string message, IReadOnlyList<CodePlace>? stack = null, string? driver = null)
    {
        CodePlace? place = rule.Handler is { } handler && PlaceOf(Top, handler) is { } known ? known : null;
        Tell(new VerifyFinding
        {
            Rule = rule.Name,
            Check = _run.Check,
            Message = message,
            Driver = driver ?? Top,
            Source = rule.Source,
            Run = _run.Name,
            Seed = _run.Seed,
            Function = rule.Handler?.Replace("Handler", "", StringComparison.Ordinal),
            Stack = stack is { Count: > 0 } ? stack : place is null ? [] : [place],
        });
    }

    public void Dispose()
    {
        _polling?.Dispose();
        TellFaults();
        // What was written after its free is found now.
        Instance.Pool.Trim();
        Instance.Dispose();
        Machine.Dispose();
        Instance.Reported -= Tell;
    }

    /// <summary>
    /// A driver frees memory that its card reached, and has not gone on: what the card does now, with frames that come, it does
    /// to memory that is not the driver's.
    /// </summary>
    private void Provoke()
    {
        byte[] frame = new byte[100];
        frame.AsSpan(0, 6).Fill(0xff);
        for (int one = 0; one < 3; one++) Wire?.Send(frame);
        Thread.Sleep(s_frame);
        TellFaults();
    }

    private void TellFaults()
    {
        if (Machine.Reach is not { } reach || !_polled.TryEnter()) return;
        try
        {
            if (reach.TakeFault() is { } fault) Instance.Report(_dma!.Explain(fault, Driver.Name));
        }
        finally
        {
            _polled.Exit();
        }
    }

    /// <summary>Waits until the card has what the driver wrote to it: PCI posts writes, and a read is behind them.</summary>
    public void AwaitWrites()
    {
        if (Device is PciDevice device && !Machine.Gone.IsCompleted) device.ReadConfiguration(0, stackalloc byte[4]);
    }

    /// <summary>A protocol sends a packet.</summary>
    private void Look(Driver driver, nint packet)
    {
        byte[] frame = Station.Copy(packet);
        if (InternetFrame.Look(frame, out bool isPadding) is { } wrong)
            Break(isPadding ? BehaviourRule.SentPadding : BehaviourRule.Malformed, $"A frame of {frame.Length} bytes {wrong}.",
                _subject.CallStack(), driver.Name);
    }

    /// <summary>The driver whose adapter is exercised.</summary>
    private string Top => _functions.Count > 0 ? _functions.Keys.Last() : Driver.Name;

    private CodePlace? PlaceOf(string driver, string handler)
    {
        // Memory of requests that programs had made is left by the function that ends the adapter.
        if (handler.StartsWith("IRP_MJ_", StringComparison.Ordinal)) handler = "HaltHandler";
        // What a virtual adapter receives a program writes.
        if (handler == "HandleInterruptHandler" && _subject.Nic is null) handler = "DispatchWrite";
        if (Devices.FunctionOf(handler) is var function and not 0) return _subject.PlaceOf(function);
        IReadOnlyDictionary<string, nint>? entries = _functions.GetValueOrDefault(driver)?.Entries;
        nint entry = entries?.GetValueOrDefault(handler) ?? 0;
        // A miniport that takes several packets has no function for one.
        if (entry == 0 && handler == "SendHandler") entry = entries?.GetValueOrDefault("SendPacketsHandler") ?? 0;
        return entry == 0 ? null : _subject.PlaceOf(entry);
    }

    private Dictionary<string, string> Settings()
    {
        Dictionary<string, string> settings = _subject.Settings(Driver.Name);
        if (Device is IsaDevice isa)
        {
            settings.TryAdd("IoBaseAddress", $"0x{isa.FirstPort:x}");
            settings.TryAdd("InterruptNumber", $"0x{isa.InterruptVector:x}");
        }

        return settings;
    }

    private void Tell(NdisReport report)
    {
        // A card that the exercise pulled out, and our own protocol.
        if (report.Kind == NdisReportKind.HardwareGone && Machine.Gone.IsCompleted) return;
        if (report.Driver == Station.Name) return;
        // A program of the exercise has the device open on purpose, and a driver cannot have it closed.
        if (report is { Kind: NdisReportKind.BrokenRule, Call: "NdisMDeregisterDevice" or "IoDeleteDevice" }) return;
        Tell(new VerifyFinding
        {
            Rule = RuleBook.NameOf(report),
            Check = _run.Check,
            Message = report.Message,
            Driver = report.Driver,
            Source = RuleBook.SourceOf(report),
            Run = _run.Name,
            Seed = _run.Seed,
            Function = report.Function,
            // What NDIS sees when a function has returned.
            Stack = report.Stack.Count == 0 && PlaceOf(report.Driver, report.Call) is { } place ? [place] : report.Stack,
            AllocationStack = report.AllocationStack,
            FreeStack = report.FreeStack,
        });
    }

    private void Tell(VerifyFinding finding)
    {
        lock (_telling)
        {
            Found++;
            _watch.Found(finding);
        }
    }
}
