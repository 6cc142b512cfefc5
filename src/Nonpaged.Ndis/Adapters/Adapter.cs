using System.Collections.Concurrent;
using Nonpaged.Machines;

namespace Nonpaged.Ndis;

/// <summary>
/// A network adapter: a device that a miniport drives. All of the miniport's functions run in one serial context, a thread of the
/// adapter's own. Thread-safe.
/// </summary>
public sealed partial class Adapter : IDisposable, IAdapterLife
{
    private readonly TaskCompletionSource<AdapterState> _halted = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _bindingsLock = new();
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
        Reports = new DriverReports(instance, Driver);
        Miniport = new Miniport(this, Reports);
        Bus = new BusControl(machine, device);
        Resources = new Resources(instance, device, Reports);
        Turn = new Turn(Name, ServeInterrupt);
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

    internal NdisInstance Instance { get; }

    internal MiniportRegistration Registration { get; }

    internal Machine Machine { get; }

    /// <summary>The adapter's parameters; keywords are compared without regard to case, as the registry's are.</summary>
    internal ConcurrentDictionary<string, string> Configuration { get; }

    internal NDIS_HANDLE Handle { get; }

    /// <summary>The highest physical address that the device's DMA reaches, as the miniport told; 32 bits until it does.</summary>
    internal PhysicalAddress DmaLimit { get; private set; } = new(uint.MaxValue);

    /// <summary>Whose turn it is to run.</summary>
    internal Turn Turn { get; }

    internal DriverReports Reports { get; }

    internal Miniport Miniport { get; }

    internal BusControl Bus { get; }

    internal Resources Resources { get; }

    private NDIS_MINIPORT_CHARACTERISTICS Functions => Miniport.Functions;

    private T Call<T>(string handler, Irql irql, T failed, Func<T> call) => Miniport.Call(handler, irql, failed, call);

    private bool Call(string handler, Irql irql, Action call) => Miniport.Call(handler, irql, call);

    internal void Report(NdisReportKind kind, string call, string message) => Reports.Report(kind, call, message);

    private void ReportOnce(NdisReportKind kind, string call, string message) => Reports.ReportOnce(kind, call, message);

    AdapterState IAdapterLife.State => _state;

    bool IAdapterLife.IsHaltAsked => _haltAsked != 0;

    void IAdapterLife.SetResetting(bool isUnderWay) => _state = isUnderWay ? AdapterState.Resetting : AdapterState.Running;

    void IAdapterLife.Halt() => Halt();

    void IAdapterLife.RemoveLater() => RemoveLater();
}
