using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Protocols;

/// <summary>
/// What adapter and interface have to know of each other: address, longest packet, link, and which frames are wanted.
/// </summary>
internal sealed class TapSettings(TapDevice device, BindingHandle binding, OidRequest request, CancellationToken ending)
{
    /// <summary>How often <see cref="Look"/> looks, in milliseconds.</summary>
    public const int LookInterval = 1000;

    private const uint EthernetPayload = 1500;

    // The kernel chooses among multicast frames itself, and does not tell its choice.
    private const uint OrdinaryFilter = NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST | NDIS_PACKET_TYPE_ALL_MULTICAST;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private MacAddress _address;
    private bool _isPromiscuous;
    private long _lookedAt;

    /// <summary>The longest packet, without the Ethernet header, that the adapter sends.</summary>
    public uint Mtu { get; private set; }

    /// <summary>
    /// Gives the interface what the adapter tells, and the adapter its filter. Returns what became of the filter.
    /// </summary>
    /// <exception cref="AdapterException">The adapter has no address.</exception>
    /// <exception cref="TapException">The kernel refuses a setting.</exception>
    public NDIS_STATUS Exchange(Adapter adapter)
    {
        _address = adapter.MacAddress ?? throw new AdapterException(
            $"{adapter.Name} has no address.", NDIS_STATUS_INVALID_ADDRESS, []);
        device.SetAddress(_address);
        Mtu = Math.Min(request.Query(binding, OID_GEN_MAXIMUM_FRAME_SIZE, s_patience) ?? EthernetPayload, EthernetPayload);
        device.SetMtu(Mtu);
        // Whole frames, where the miniport can show them; others are transferred.
        request.Set(binding, OID_GEN_CURRENT_LOOKAHEAD, EthernetPayload, s_patience);
        NDIS_STATUS filtered = SetFilter(isPromiscuous: false);
        if (filtered != NDIS_STATUS_SUCCESS) return filtered;
        // Not every miniport can tell; then a cable is plugged in.
        const uint Connected = (uint)NDIS_MEDIA_STATE.NdisMediaStateConnected;
        device.SetCarrier((request.Query(binding, OID_GEN_MEDIA_CONNECT_STATUS, s_patience) ?? Connected) == Connected);
        _lookedAt = Environment.TickCount64;
        return filtered;
    }

    /// <summary>ProtocolStatus: the link comes and goes.</summary>
    public void SetLink(NDIS_STATUS status)
    {
        if (status is NDIS_STATUS_MEDIA_CONNECT or NDIS_STATUS_MEDIA_DISCONNECT)
            device.SetCarrier(status == NDIS_STATUS_MEDIA_CONNECT);
    }

    /// <summary>
    /// From time to time: a bridge or a capture wants all frames, and so does who gave the interface another address. What cannot
    /// be seen from here (the interface is in another network namespace) is taken to be wanted.
    /// </summary>
    public void Look()
    {
        if (Environment.TickCount64 - _lookedAt < LookInterval) return;
        _lookedAt = Environment.TickCount64;
        bool wanted = device.IsPromiscuous() ?? true;
        if (device.GetAddress() != _address) wanted = true;
        if (wanted != _isPromiscuous) SetFilter(wanted);
    }

    // A miniport that knows no such filter gets the next wider one; the kernel drops what it does not want.
    private NDIS_STATUS SetFilter(bool isPromiscuous)
    {
        const uint Narrow = NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST;
        uint[] filters = isPromiscuous
            ? [OrdinaryFilter | NDIS_PACKET_TYPE_PROMISCUOUS, NDIS_PACKET_TYPE_PROMISCUOUS, OrdinaryFilter, Narrow]
            : [OrdinaryFilter, NDIS_PACKET_TYPE_PROMISCUOUS, Narrow];
        NDIS_STATUS status = NDIS_STATUS_FAILURE;
        foreach (uint filter in filters)
        {
            status = request.Set(binding, OID_GEN_CURRENT_PACKET_FILTER, filter, s_patience);
            if (status == NDIS_STATUS_SUCCESS || ending.IsCancellationRequested) break;
        }

        _isPromiscuous = isPromiscuous;
        return status;
    }
}
