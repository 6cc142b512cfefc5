using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Protocols;

/// <summary>A protocol driver as NDIS knows it: its name, its registration, and the calls that are made in its name.</summary>
internal sealed class ProtocolDriver(NdisInstance instance, string name)
{
    private readonly Driver _driver = new(name, DriverKind.Protocol);

    public string Name => _driver.Name;

    public NdisInstance Instance => instance;

    /// <summary>What NdisRegisterProtocol returned.</summary>
    public NDIS_HANDLE Handle { get; private set; }

    /// <summary>Calls NDIS in the driver's name.</summary>
    public void Run(Action calls) => instance.Run(_driver, calls);

    public void WriteLog(string line) => instance.WriteLog($"{Name}: {line}");

    /// <summary>NdisRegisterProtocol.</summary>
    public NDIS_STATUS Register(NDIS_PROTOCOL_CHARACTERISTICS characteristics)
    {
        NdisRegisterProtocol(out NDIS_STATUS status, out NDIS_HANDLE handle, characteristics, 0);
        Handle = handle;
        return status;
    }

    /// <summary>NdisDeregisterProtocol, where it is registered.</summary>
    public void Deregister()
    {
        if (!Handle.IsNull) NdisDeregisterProtocol(out _, Handle);
    }
}
