namespace Nonpaged.Ndis;

/// <summary>A protocol driver that NdisRegisterProtocol registered.</summary>
internal sealed unsafe class ProtocolRegistration
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    [ThreadStatic]
    private static Adapter? t_offered;

    private readonly CallContext _passive;
    private readonly CallContext _dispatch;
    private volatile bool _isClosing;

    public ProtocolRegistration(CallContext caller, NDIS_PROTOCOL_CHARACTERISTICS characteristics)
    {
        Instance = caller.Instance;
        Characteristics = characteristics;
        Owner = DriverRegistration.Of(caller);
        // One driver has one identity, so that the memory it takes before it registers is its own, too.
        Driver = Owner is not null || caller.Driver.Kind == DriverKind.Protocol ? caller.Driver
            : new Driver(characteristics.Name, DriverKind.Protocol);
        _passive = new CallContext(Instance, Driver, Irql.PASSIVE_LEVEL, Initializing: false);
        _dispatch = _passive with { Irql = Irql.DISPATCH_LEVEL };
        Handle = Instance.Handles.Add(this);
    }

    /// <summary>The adapter that a protocol is being offered on this thread.</summary>
    public static Adapter? Offered => t_offered;

    public NdisInstance Instance { get; }

    public NDIS_PROTOCOL_CHARACTERISTICS Characteristics { get; }

    public Driver Driver { get; }

    /// <summary>The driver that was loaded and has registered it; null where a program has.</summary>
    public DriverRegistration? Owner { get; }

    public NDIS_HANDLE Handle { get; }

    /// <summary>
    /// Where the function begins that gives back the packets that the driver keeps: an intermediate driver's
    /// MiniportReturnPacket, another's ProtocolReceivePacket; 0 where it has kept none, or that is not known.
    /// </summary>
    public nint ReturnEntry { get; private set; }

    /// <summary>What it has open.</summary>
    public IEnumerable<Binding> Bindings => Instance.Handles.All<Binding>().Where(one => one.Protocol == this);

    /// <summary>What the characteristics lack; null where nothing.</summary>
    public static string? Missing(NDIS_PROTOCOL_CHARACTERISTICS characteristics)
    {
        if (characteristics.Name.Length == 0) return nameof(characteristics.Name);
        if (characteristics.OpenAdapterCompleteHandler is null) return nameof(characteristics.OpenAdapterCompleteHandler);
        if (characteristics.CloseAdapterCompleteHandler is null) return nameof(characteristics.CloseAdapterCompleteHandler);
        if (characteristics.SendCompleteHandler is null) return nameof(characteristics.SendCompleteHandler);
        if (characteristics.RequestCompleteHandler is null) return nameof(characteristics.RequestCompleteHandler);
        return characteristics.ReceiveHandler is null ? nameof(characteristics.ReceiveHandler) : null;
    }

    /// <summary>The driver keeps a packet. Its layers may be gone when that is found not to have come back.</summary>
    public void NoteKept()
    {
        if (ReturnEntry != 0 || Instance.Options.Verification is null) return;
        nint layers = Owner?.Layers.Select(layer => layer.Characteristics.Entries?.GetValueOrDefault(
            nameof(NDIS_MINIPORT_CHARACTERISTICS.ReturnPacketHandler)) ?? 0).FirstOrDefault(entry => entry != 0) ?? 0;
        ReturnEntry = layers != 0 ? layers
            : Characteristics.Entries?.GetValueOrDefault(nameof(Characteristics.ReceivePacketHandler)) ?? 0;
    }

    /// <summary>Offers the adapters that there are, and says so at the end.</summary>
    public void BindToAll()
    {
        foreach (Adapter adapter in Instance.Adapters) Bind(adapter);
        Instance.PnPEvents.Tell(this, null, NET_PNP_EVENT_CODE.NetEventBindsComplete, []);
    }

    /// <summary>Plug and play: tells a protocol of an adapter that is below it, where it wants to be told.</summary>
    public void Bind(Adapter adapter)
    {
        if (Characteristics.BindAdapterHandler is not { } bind || _isClosing) return;
        if (Owner is { } owner && (!owner.IsLoaded || (owner.Over is { } over && !ReferenceEquals(adapter.Driver, over)))) return;
        // An intermediate driver is not put over itself.
        if (adapter.Origin.Layer?.Driver is { } maker && maker == Owner) return;
        Call(nameof(Characteristics.BindAdapterHandler), Irql.PASSIVE_LEVEL, () =>
        {
            string section = ProtocolParameters.Section(this, adapter);
            // As on Windows: drivers take the folder's length off, and add their own to what is left.
            string device = AdapterNames.Device(adapter.Name);
            fixed (char* characters = device, path = section)
            {
                var name = new NDIS_STRING(characters, device.Length);
                var parameters = new NDIS_STRING(path, section.Length);
                Adapter? outer = t_offered;
                t_offered = adapter;
                bind(out _, adapter.Handle, &name, &parameters, null);
                t_offered = outer;
            }
        });
    }

    /// <summary>ProtocolUnload, where it has that.</summary>
    public void Unload()
    {
        if (Characteristics.UnloadHandler is { } unload)
            Call(nameof(Characteristics.UnloadHandler), Irql.PASSIVE_LEVEL, () => unload());
    }

    /// <summary>
    /// NdisDeregisterProtocol: has the protocol close what it has open, waits for that, and closes the rest, with a report.
    /// </summary>
    public void Close()
    {
        _isClosing = true;
        foreach (Binding binding in Bindings.Where(one => !one.IsClosing)) binding.Unbind();
        Instance.WaitUntil(s_patience, () => !Bindings.Any());
        foreach (Binding binding in Bindings.Where(one => !one.IsClosing))
        {
            Instance.Report(
                NdisReportKind.BrokenRule, nameof(NdisLibrary.NdisCloseAdapter), Driver,
                $"The protocol had {binding.Adapter.Name} open when it was deregistered. It was closed.");
            binding.Close();
        }

        Instance.Handles.Remove(Handle);
    }

    /// <summary>Runs one of the protocol's functions in its name. An exception that comes out of it is reported.</summary>
    public void Call(string handler, Irql irql, Action call)
    {
        CallContext context = irql == Irql.PASSIVE_LEVEL ? _passive : _dispatch;
        using (CallContext.Enter(context))
        {
            nint entry = Characteristics.Entries?.GetValueOrDefault(handler) ?? 0;
            using WatchedFunction? watched = Instance.Options.Verification?.Enter(context, handler, entry);
            try
            {
                call();
                if (Owner is not null) DriverCalls.CheckEnd(context, handler);
            }
            catch (Exception exception)
            {
                Instance.Report(
                    NdisReportKind.BrokenRule, handler, Driver,
                    $"The protocol threw {exception.GetType().Name}: {exception.Message}");
            }
        }
    }
}
