namespace Nonpaged.Ndis;

/// <summary>A miniport whose adapters an intermediate driver makes: what NdisIMRegisterLayeredMiniport registered.</summary>
internal sealed class LayeredMiniport(DriverRegistration driver, NDIS_MINIPORT_CHARACTERISTICS characteristics)
{
    public DriverRegistration Driver { get; } = driver;

    public NDIS_MINIPORT_CHARACTERISTICS Characteristics { get; } = characteristics;

    public NDIS_HANDLE Handle { get; set; }

    /// <summary>The protocol below it (NdisIMAssociateMiniport); null for none.</summary>
    public ProtocolRegistration? Protocol { get; set; }
}
