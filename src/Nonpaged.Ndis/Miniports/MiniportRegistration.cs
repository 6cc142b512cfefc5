using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// A miniport driver that is loaded into an instance: what its DriverEntry registered. It is unloaded with its last adapter.
/// </summary>
internal sealed unsafe class MiniportRegistration : IDisposable
{
    private readonly NdisInstance _instance;
    private readonly CallContext _context;
    private NDIS_STRING* _registryPath;

    public MiniportRegistration(NdisInstance instance, MiniportDriver miniport)
    {
        _instance = instance;
        Miniport = miniport;
        Driver = new Driver(miniport.Name, DriverKind.Miniport);
        _context = new CallContext(instance, Driver, Irql.PASSIVE_LEVEL, Initializing: true);
        DriverObject = instance.Handles.Add(this);
    }

    public MiniportDriver Miniport { get; }

    public Driver Driver { get; }

    /// <summary>The handle that DriverEntry gets and NdisMInitializeWrapper takes; the wrapper's handle is the same.</summary>
    public NDIS_HANDLE DriverObject { get; }

    public NDIS_MINIPORT_CHARACTERISTICS? Characteristics { get; set; }

    public DRIVER_UNLOAD? Unload { get; set; }

    public int Adapters { get; set; }

    /// <summary>Runs DriverEntry.</summary>
    public NDIS_STATUS Load()
    {
        var path = $@"\Registry\Machine\System\CurrentControlSet\Services\{Miniport.Name}";
        _registryPath = (NDIS_STRING*)NativeMemory.AllocZeroed((nuint)(sizeof(NDIS_STRING) + (path.Length * sizeof(char))));
        var characters = (char*)(_registryPath + 1);
        path.CopyTo(new Span<char>(characters, path.Length));
        *_registryPath = new NDIS_STRING(characters, path.Length);
        return Call(nameof(Miniport.Entry), () => Miniport.Entry((void*)DriverObject.Value, _registryPath));
    }

    /// <summary>What the characteristics lack; null where nothing.</summary>
    public static string? Missing(NDIS_MINIPORT_CHARACTERISTICS characteristics)
    {
        if (characteristics.InitializeHandler is null) return nameof(characteristics.InitializeHandler);
        if (characteristics.HaltHandler is null) return nameof(characteristics.HaltHandler);
        if (characteristics.QueryInformationHandler is null) return nameof(characteristics.QueryInformationHandler);
        if (characteristics.SetInformationHandler is null) return nameof(characteristics.SetInformationHandler);
        if (characteristics.ResetHandler is null) return nameof(characteristics.ResetHandler);
        return characteristics.SendHandler is null && characteristics.SendPacketsHandler is null
            ? nameof(characteristics.SendHandler)
            : null;
    }

    public void Dispose()
    {
        if (Unload is { } unload)
        {
            Call(nameof(Unload), () =>
            {
                unload((void*)DriverObject.Value);
                return NDIS_STATUS_SUCCESS;
            });
        }

        _instance.Handles.Remove(DriverObject);
        NativeMemory.Free(_registryPath);
        _registryPath = null;
    }

    private NDIS_STATUS Call(string handler, Func<NDIS_STATUS> call)
    {
        using (CallContext.Enter(_context))
        {
            try
            {
                return call();
            }
            catch (Exception exception)
            {
                _instance.Report(
                    NdisReportKind.BrokenRule, handler, Driver, $"The driver threw {exception.GetType().Name}: {exception.Message}");
                return NDIS_STATUS_FAILURE;
            }
        }
    }
}
