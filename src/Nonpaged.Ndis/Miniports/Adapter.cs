using System.Collections.Concurrent;
using Nonpaged.Machines;

namespace Nonpaged.Ndis;

/// <summary>
/// A network adapter: a device that a miniport drives. All of the miniport's functions run in one serial context, a thread of the
/// adapter's own. Thread-safe.
/// </summary>
public sealed partial class Adapter : IDisposable
{
    private readonly SerialContext _serial;
    private readonly TaskCompletionSource<AdapterState> _halted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<string> _reportedOnce = [];
    private readonly CallContext[] _contexts;
    private volatile AdapterState _state = AdapterState.Initializing;

    internal Adapter(
        NdisInstance instance,
        MiniportRegistration registration,
        Machine machine,
        MachineDevice device,
        IReadOnlyDictionary<string, string> configuration)
    {
        Instance = instance;
        Registration = registration;
        Machine = machine;
        Device = device;
        Configuration = new ConcurrentDictionary<string, string>(configuration, StringComparer.OrdinalIgnoreCase);
        Name = $"{registration.Driver.Name}-{device.Place}";
        Handle = instance.Handles.Add(this);
        _contexts =
        [
            .. Enum.GetValues<Irql>().Select(irql => new CallContext(instance, registration.Driver, irql, Initializing: false) { Adapter = this }),
            .. Enum.GetValues<Irql>().Select(irql => new CallContext(instance, registration.Driver, irql, Initializing: true) { Adapter = this }),
        ];
        _serial = new SerialContext(Name, ServeInterrupt);
    }

    /// <summary>The name by which protocols open it: the driver's name and the device's location.</summary>
    public string Name { get; }

    /// <summary>The miniport driver.</summary>
    public Driver Driver => Registration.Driver;

    /// <summary>The device.</summary>
    public MachineDevice Device { get; }

    /// <summary>Where it is in its life.</summary>
    public AdapterState State => _state;

    /// <summary>The address that the adapter uses; null until it runs.</summary>
    public MacAddress? MacAddress { get; private set; }

    /// <summary>Completes when the adapter is halted, whoever halted it.</summary>
    public Task Halted => _halted.Task;

    /// <summary>Frames that the miniport reported as sent.</summary>
    public long FramesSent => Interlocked.Read(ref _framesSent);

    /// <summary>Frames that the miniport indicated.</summary>
    public long FramesReceived => Interlocked.Read(ref _framesReceived);

    /// <summary>
    /// Frames lost or damaged: indicated with lengths that contradict each other, and, as the miniport counted when it was halted,
    /// received with an error, dropped for want of buffers, or failed to send.
    /// </summary>
    public long FramesBad => Interlocked.Read(ref _framesMalformed) + Interlocked.Read(ref _framesCountedBad);

    /// <summary>The instance that it runs in.</summary>
    public NdisInstance Instance { get; }

    internal MiniportRegistration Registration { get; }

    internal Machine Machine { get; }

    /// <summary>The adapter's parameters; keywords are compared without regard to case, as the registry's are.</summary>
    internal ConcurrentDictionary<string, string> Configuration { get; }

    internal NDIS_HANDLE Handle { get; }

    /// <summary>The highest physical address that the device's DMA reaches, as the miniport told; 32 bits until it does.</summary>
    internal PhysicalAddress DmaLimit { get; private set; } = new(uint.MaxValue);

    private NDIS_MINIPORT_CHARACTERISTICS Miniport => Registration.Characteristics!;

    private CallContext ContextAt(Irql irql)
    {
        var level = irql switch { Irql.PASSIVE_LEVEL => 0, Irql.DISPATCH_LEVEL => 1, _ => 2 };
        return _contexts[_state == AdapterState.Initializing ? level + 3 : level];
    }

    /// <summary>
    /// Runs one of the miniport's functions in its name. An exception that comes out of it is reported, and the adapter halted: its state is
    /// unknown from there on, the process's is not.
    /// </summary>
    private T Call<T>(string handler, Irql irql, T failed, Func<T> call)
    {
        using (CallContext.Enter(ContextAt(irql)))
        {
            try
            {
                return call();
            }
            catch (Exception exception)
            {
                Report(
                    NdisReportKind.BrokenRule,
                    handler,
                    $"The driver threw {exception.GetType().Name}: {exception.Message} The adapter is halted.");
                _faulted = true;
                Halt();
                return failed;
            }
        }
    }

    private bool Call(string handler, Irql irql, Action call) => Call(handler, irql, false, () =>
    {
        call();
        return true;
    });

    internal void Report(NdisReportKind kind, string call, string message) => Instance.Report(kind, call, Driver, message);

    /// <summary>Reports what a driver does again and again just once.</summary>
    internal void ReportOnce(NdisReportKind kind, string call, string message)
    {
        bool isNew;
        lock (_reportedOnce) isNew = _reportedOnce.Add($"{call} {message}");
        if (isNew) Report(kind, call, message);
    }
}
