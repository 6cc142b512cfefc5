namespace Nonpaged.Ndis;

/// <summary>The miniport of one adapter: its functions, the context that they get, and how they are called.</summary>
internal sealed unsafe class Miniport
{
    private const string Shutdown = "MiniportShutdown";

    private readonly Adapter _adapter;
    private readonly DriverReports _reports;
    private readonly CallContext[] _contexts;
    private volatile bool _hasFaulted;
    private ADAPTER_SHUTDOWN_HANDLER? _shutdown;
    private nint _shutdownContext;

    public Miniport(Adapter adapter, DriverReports reports)
    {
        _adapter = adapter;
        _reports = reports;
        _contexts = [.. Contexts(adapter, initializing: false), .. Contexts(adapter, initializing: true)];
    }

    public Driver Driver => _adapter.Driver;

    public NDIS_MINIPORT_CHARACTERISTICS Functions => _adapter.Origin.Characteristics;

    /// <summary>What NdisMSetAttributes handed over; each function gets it.</summary>
    public void* Context { get; private set; }

    /// <summary>NdisMSetAttributes was called.</summary>
    public bool HasAttributes { get; private set; }

    /// <summary>The miniport serializes itself (NDIS_ATTRIBUTE_DESERIALIZE).</summary>
    public bool IsDeserialized { get; private set; }

    /// <summary>One of its functions threw. Its state is unknown from there on, and only what halts it is called.</summary>
    public bool HasFaulted => _hasFaulted;

    public void SetAttributes(void* context, bool isDeserialized)
    {
        IsDeserialized = isDeserialized;
        Context = context;
        HasAttributes = true;
    }

    /// <summary>Before MiniportInitialize: the context of one before is none any more.</summary>
    public void Reset()
    {
        HasAttributes = false;
        SetShutdownHandler(null, null);
    }

    /// <summary>MiniportPnPEventNotify, where the miniport has that.</summary>
    public void Notify(NDIS_DEVICE_PNP_EVENT what, uint? value = null)
    {
        if (Functions.PnPEventNotifyHandler is not { } notify) return;
        Call(nameof(Functions.PnPEventNotifyHandler), Irql.PASSIVE_LEVEL, () =>
        {
            uint buffer = value ?? 0;
            notify(Context, what, value is null ? null : &buffer, value is null ? 0 : (uint)sizeof(uint));
        });
    }

    /// <summary>A miniport hands over its context before it claims hardware, so that an early interrupt finds it.</summary>
    public void RequireAttributes(string call)
    {
        if (HasAttributes) return;
        _reports.ReportOnce(
            NdisReportKind.BrokenRule, call, "Hardware was claimed before NdisMSetAttributes handed over the adapter's context.");
    }

    public void SetShutdownHandler(ADAPTER_SHUTDOWN_HANDLER? handler, void* context)
    {
        _shutdown = handler;
        _shutdownContext = (nint)context;
    }

    /// <summary>
    /// Runs one of the miniport's functions in its name. An exception that comes out of it is reported, and the adapter halted:
    /// the driver's state is unknown from there on, the process's is not.
    /// </summary>
    public T Call<T>(string handler, Irql irql, T failed, Func<T> call)
    {
        CallContext context = ContextAt(irql);
        using (CallContext.Enter(context))
        {
            using WatchedFunction? watched = context.Instance.Options.Verification?.Enter(context, handler, EntryOf(handler));
            try
            {
                T result = call();
                DriverCalls.CheckEnd(context, handler);
                return result;
            }
            catch (Exception exception)
            {
                _reports.Report(
                    NdisReportKind.BrokenRule,
                    handler,
                    $"The driver threw {exception.GetType().Name}: {exception.Message} The adapter is halted.");
                _hasFaulted = true;
                _adapter.Halt();
                return failed;
            }
        }
    }

    /// <inheritdoc cref="Call{T}(string, Irql, T, Func{T})"/>
    public bool Call(string handler, Irql irql, Action call) => Call(handler, irql, false, () =>
    {
        call();
        return true;
    });

    /// <summary>Where MiniportHalt itself fails, the shutdown function is the driver's other way to quiet its hardware.</summary>
    public void Halt()
    {
        bool halted = Call(nameof(Functions.HaltHandler), Irql.PASSIVE_LEVEL, () => Functions.HaltHandler!(Context));
        if (halted) return;
        if (_shutdown is { } shutdown) Call(Shutdown, Irql.PASSIVE_LEVEL, () => shutdown((void*)_shutdownContext));
        else if (Functions.AdapterShutdownHandler is { } own) Call(Shutdown, Irql.PASSIVE_LEVEL, () => own(Context));
    }

    // A layered driver's functions are wrapped as well.
    private nint EntryOf(string handler) => Functions.Entries?.GetValueOrDefault(handler) ?? 0;

    private static IEnumerable<CallContext> Contexts(Adapter adapter, bool initializing) => Enum.GetValues<Irql>()
        .Select(irql => new CallContext(adapter.Instance, adapter.Driver, irql, initializing) { Adapter = adapter });

    private CallContext ContextAt(Irql irql)
    {
        int level = irql switch { Irql.PASSIVE_LEVEL => 0, Irql.DISPATCH_LEVEL => 1, _ => 2 };
        return _contexts[_adapter.State == AdapterState.Initializing ? level + 3 : level];
    }
}
