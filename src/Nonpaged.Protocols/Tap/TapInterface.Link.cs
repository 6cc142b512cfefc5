using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Protocols;

/// <summary>What adapter and interface have to know of each other: address, longest packet, link, and which frames are wanted.</summary>
public sealed unsafe partial class TapInterface
{
    private const uint EthernetPayload = 1500;

    // The kernel chooses among multicast frames itself, and does not tell its choice.
    private const uint OrdinaryFilter = NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST | NDIS_PACKET_TYPE_ALL_MULTICAST;
    private const long LookAtInterfaceEvery = 1000;

    private MacAddress _address;
    private bool _isPromiscuous;
    private long _lookedAt;

    private void SetUp(Adapter adapter)
    {
        _address = adapter.MacAddress ?? throw new AdapterException($"{adapter.Name} has no address.", NDIS_STATUS_INVALID_ADDRESS, []);
        _device.SetAddress(_address);
        Mtu = Math.Min(_request.Query(_binding, OID_GEN_MAXIMUM_FRAME_SIZE, s_patience) ?? EthernetPayload, EthernetPayload);
        _device.SetMtu(Mtu);
        // Whole frames, where the miniport can show them; others are transferred.
        _request.Set(_binding, OID_GEN_CURRENT_LOOKAHEAD, EthernetPayload, s_patience);
        SetFilter(isPromiscuous: false);
        // Not every miniport can tell; then a cable is plugged in.
        var state = _request.Query(_binding, OID_GEN_MEDIA_CONNECT_STATUS, s_patience) ?? (uint)NDIS_MEDIA_STATE.NdisMediaStateConnected;
        _device.SetCarrier(state == (uint)NDIS_MEDIA_STATE.NdisMediaStateConnected);
        _lookedAt = Environment.TickCount64;
    }

    /// <summary>ProtocolStatus: the link comes and goes.</summary>
    private void SetLink(NDIS_STATUS status)
    {
        if (status is not (NDIS_STATUS_MEDIA_CONNECT or NDIS_STATUS_MEDIA_DISCONNECT) || _ending.IsCancellationRequested) return;
        try
        {
            _device.SetCarrier(status == NDIS_STATUS_MEDIA_CONNECT);
        }
        catch (Exception gone) when (gone is TapException or ObjectDisposedException)
        {
            Lose(gone as TapException ?? TapFailures.Refused("ioctl", Interop.Errno.EBADFD));
        }
    }

    /// <summary>
    /// From time to time: a bridge or a capture wants all frames, and so does who gave the interface another address. What cannot be seen from here (the interface
    /// is in another network namespace) is taken to be wanted.
    /// </summary>
    private void LookAtInterface()
    {
        if (Environment.TickCount64 - _lookedAt < LookAtInterfaceEvery) return;
        _lookedAt = Environment.TickCount64;
        var wanted = _device.IsPromiscuous() ?? true;
        if (_device.GetAddress() != _address) wanted = true;
        if (wanted != _isPromiscuous) SetFilter(wanted);
    }

    // A miniport that knows no such filter gets the next wider one; the kernel drops what it does not want.
    private void SetFilter(bool isPromiscuous)
    {
        uint[] filters = isPromiscuous
            ? [OrdinaryFilter | NDIS_PACKET_TYPE_PROMISCUOUS, NDIS_PACKET_TYPE_PROMISCUOUS, OrdinaryFilter, NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST]
            : [OrdinaryFilter, NDIS_PACKET_TYPE_PROMISCUOUS, NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST];
        var status = NDIS_STATUS_FAILURE;
        foreach (var filter in filters)
        {
            status = _request.Set(_binding, OID_GEN_CURRENT_PACKET_FILTER, filter, s_patience);
            if (status == NDIS_STATUS_SUCCESS || _ending.IsCancellationRequested) break;
        }

        _isPromiscuous = isPromiscuous;
        if (_thread is null) Require(status, "NdisRequest of OID_GEN_CURRENT_PACKET_FILTER");
    }
}
