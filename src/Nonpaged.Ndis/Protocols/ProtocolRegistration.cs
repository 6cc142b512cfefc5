namespace Nonpaged.Ndis;

/// <summary>A protocol driver that NdisRegisterProtocol registered.</summary>
internal sealed unsafe class ProtocolRegistration
{
    private readonly CallContext _passive;
    private readonly CallContext _dispatch;

    public ProtocolRegistration(NdisInstance instance, Driver caller, NDIS_PROTOCOL_CHARACTERISTICS characteristics)
    {
        Instance = instance;
        Characteristics = characteristics;
        // One driver has one identity, so that the memory it takes before it registers is its own, too.
        Driver = caller.Kind == DriverKind.Protocol ? caller : new Driver(characteristics.Name, DriverKind.Protocol);
        _passive = new CallContext(instance, Driver, Irql.PASSIVE_LEVEL, Initializing: false);
        _dispatch = _passive with { Irql = Irql.DISPATCH_LEVEL };
        Handle = instance.Handles.Add(this);
    }

    public NdisInstance Instance { get; }

    public NDIS_PROTOCOL_CHARACTERISTICS Characteristics { get; }

    public Driver Driver { get; }

    public NDIS_HANDLE Handle { get; }

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

    /// <summary>Plug and play: tells a protocol of an adapter, where it wants to be told.</summary>
    public void Bind(Adapter adapter)
    {
        if (Characteristics.BindAdapterHandler is not { } bind) return;
        Call(nameof(Characteristics.BindAdapterHandler), Irql.PASSIVE_LEVEL, () =>
        {
            fixed (char* characters = adapter.Name)
            {
                var name = new NDIS_STRING(characters, adapter.Name.Length);
                bind(out _, adapter.Handle, &name, null, null);
            }
        });
    }

    /// <summary>Runs one of the protocol's functions in its name. An exception that comes out of it is reported.</summary>
    public void Call(string handler, Irql irql, Action call)
    {
        using (CallContext.Enter(irql == Irql.PASSIVE_LEVEL ? _passive : _dispatch))
        {
            try
            {
                call();
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
