using Nonpaged.Machines;

namespace Nonpaged.Ndis;

/// <summary>What an adapter is of.</summary>
/// <param name="Driver">The driver.</param>
/// <param name="Characteristics">The miniport.</param>
/// <param name="Machine">The machine.</param>
/// <param name="Device">The device.</param>
internal sealed record AdapterOrigin(
    DriverRegistration Driver, NDIS_MINIPORT_CHARACTERISTICS Characteristics, Machine Machine, MachineDevice Device)
{
    /// <summary>The adapter's name; null for that of the driver and the device's location.</summary>
    public string? Name { get; init; }

    /// <summary>The miniport of an intermediate driver that has made the adapter; null where plug and play has.</summary>
    public LayeredMiniport? Layer { get; init; }

    /// <summary>The adapter that it was made of; null where plug and play has made it, or that is not known.</summary>
    public Adapter? Below { get; init; }

    /// <summary>What the intermediate driver calls it by.</summary>
    public NDIS_HANDLE DeviceContext { get; init; }

    /// <summary>The adapter's parameters.</summary>
    public IReadOnlyDictionary<string, string>? Configuration { get; init; }
}
