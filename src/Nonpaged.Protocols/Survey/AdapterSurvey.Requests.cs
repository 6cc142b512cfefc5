using System.Runtime.InteropServices;
using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Protocols;

/// <summary>The OIDs that it asks for, and its side of NDIS.</summary>
public sealed unsafe partial class AdapterSurvey
{
    // NDIS 5, "OIDs that a connectionless miniport must support": general and Ethernet ones.
    private static readonly (uint Oid, string Name)[] s_oids =
    [
        (OID_GEN_SUPPORTED_LIST, nameof(OID_GEN_SUPPORTED_LIST)),
        (OID_GEN_HARDWARE_STATUS, nameof(OID_GEN_HARDWARE_STATUS)),
        (OID_GEN_MEDIA_SUPPORTED, nameof(OID_GEN_MEDIA_SUPPORTED)),
        (OID_GEN_MEDIA_IN_USE, nameof(OID_GEN_MEDIA_IN_USE)),
        (OID_GEN_MAXIMUM_LOOKAHEAD, nameof(OID_GEN_MAXIMUM_LOOKAHEAD)),
        (OID_GEN_MAXIMUM_FRAME_SIZE, nameof(OID_GEN_MAXIMUM_FRAME_SIZE)),
        (OID_GEN_LINK_SPEED, nameof(OID_GEN_LINK_SPEED)),
        (OID_GEN_TRANSMIT_BUFFER_SPACE, nameof(OID_GEN_TRANSMIT_BUFFER_SPACE)),
        (OID_GEN_RECEIVE_BUFFER_SPACE, nameof(OID_GEN_RECEIVE_BUFFER_SPACE)),
        (OID_GEN_TRANSMIT_BLOCK_SIZE, nameof(OID_GEN_TRANSMIT_BLOCK_SIZE)),
        (OID_GEN_RECEIVE_BLOCK_SIZE, nameof(OID_GEN_RECEIVE_BLOCK_SIZE)),
        (OID_GEN_VENDOR_ID, nameof(OID_GEN_VENDOR_ID)),
        (OID_GEN_VENDOR_DESCRIPTION, nameof(OID_GEN_VENDOR_DESCRIPTION)),
        (OID_GEN_CURRENT_LOOKAHEAD, nameof(OID_GEN_CURRENT_LOOKAHEAD)),
        (OID_GEN_DRIVER_VERSION, nameof(OID_GEN_DRIVER_VERSION)),
        (OID_GEN_MAXIMUM_TOTAL_SIZE, nameof(OID_GEN_MAXIMUM_TOTAL_SIZE)),
        (OID_GEN_MAC_OPTIONS, nameof(OID_GEN_MAC_OPTIONS)),
        (OID_GEN_MEDIA_CONNECT_STATUS, nameof(OID_GEN_MEDIA_CONNECT_STATUS)),
        (OID_GEN_MAXIMUM_SEND_PACKETS, nameof(OID_GEN_MAXIMUM_SEND_PACKETS)),
        (OID_GEN_VENDOR_DRIVER_VERSION, nameof(OID_GEN_VENDOR_DRIVER_VERSION)),
        (OID_GEN_XMIT_OK, nameof(OID_GEN_XMIT_OK)),
        (OID_GEN_RCV_OK, nameof(OID_GEN_RCV_OK)),
        (OID_GEN_XMIT_ERROR, nameof(OID_GEN_XMIT_ERROR)),
        (OID_GEN_RCV_ERROR, nameof(OID_GEN_RCV_ERROR)),
        (OID_GEN_RCV_NO_BUFFER, nameof(OID_GEN_RCV_NO_BUFFER)),
        (OID_802_3_PERMANENT_ADDRESS, nameof(OID_802_3_PERMANENT_ADDRESS)),
        (OID_802_3_CURRENT_ADDRESS, nameof(OID_802_3_CURRENT_ADDRESS)),
        (OID_802_3_MULTICAST_LIST, nameof(OID_802_3_MULTICAST_LIST)),
        (OID_802_3_MAXIMUM_LIST_SIZE, nameof(OID_802_3_MAXIMUM_LIST_SIZE)),
    ];

    private NDIS_PROTOCOL_CHARACTERISTICS Characteristics => new()
    {
        MajorNdisVersion = 5,
        Name = _driver.Name,
        OpenAdapterCompleteHandler = static (context, status, error) => { },
        CloseAdapterCompleteHandler = static (context, status) => Of(context)._binding.CloseComplete(),
        SendCompleteHandler = static (context, packet, status) => Of(context).Sent(packet, status),
        RequestCompleteHandler = static (context, request, status) => Of(context).Answered(status),
        ReceiveHandler = static (context, receive, header, headerSize, lookAhead, lookAheadSize, packetSize) =>
        {
            Interlocked.Increment(ref Of(context)._framesReturned);
            return NDIS_STATUS_SUCCESS;
        },
        UnbindAdapterHandler = static (out NDIS_STATUS status, NDIS_HANDLE context, NDIS_HANDLE unbind) =>
        {
            Of(context)._binding.Close();
            status = NDIS_STATUS_SUCCESS;
        },
    };

    private static AdapterSurvey Of(NDIS_HANDLE context) => (AdapterSurvey)GCHandle.FromIntPtr(context.Value).Target!;

    private OidAnswer Query(uint oid, string name)
    {
        var room = RoomForAnswers - (uint)sizeof(NDIS_REQUEST);
        var status = Perform(NDIS_REQUEST_TYPE.NdisRequestQueryInformation, oid, room);
        var length = status == NDIS_STATUS_SUCCESS ? Math.Min(_request->BytesWritten, room) : 0;
        return new OidAnswer(oid, name, status, new ReadOnlySpan<byte>(_request + 1, (int)length).ToArray());
    }

    private OidAnswer SetFilter()
    {
        const uint Filter = NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST;
        *(uint*)(_request + 1) = Filter;
        var status = Perform(NDIS_REQUEST_TYPE.NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER, sizeof(uint));
        return new OidAnswer(OID_GEN_CURRENT_PACKET_FILTER, nameof(OID_GEN_CURRENT_PACKET_FILTER), status,
            BitConverter.GetBytes(Filter));
    }

    private NDIS_STATUS Perform(NDIS_REQUEST_TYPE type, uint oid, uint length)
    {
        *_request = default;
        _request->RequestType = type;
        _request->Oid = oid;
        _request->InformationBuffer = _request + 1;
        _request->InformationBufferLength = length;
        _answered.Reset();
        var status = _binding.Request(_request);
        if (status != NDIS_STATUS_PENDING) return status;
        if (!_answered.Wait(s_patience))
            throw new TimeoutException(
                $"The driver of {_adapter!.Name} has not answered the request for OID 0x{oid:x8} within {s_patience.TotalSeconds:0} seconds.");
        return _answer;
    }

    private void Answered(NDIS_STATUS status)
    {
        _answer = status;
        _answered.Set();
    }
}
