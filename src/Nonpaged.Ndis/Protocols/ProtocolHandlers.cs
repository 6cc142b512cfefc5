namespace Nonpaged.Ndis;

/// <summary>ProtocolOpenAdapterComplete: ends an NdisOpenAdapter that returned NDIS_STATUS_PENDING.</summary>
public delegate void OPEN_ADAPTER_COMPLETE_HANDLER(
    NDIS_HANDLE ProtocolBindingContext, NDIS_STATUS Status, NDIS_STATUS OpenErrorStatus);

/// <summary>ProtocolCloseAdapterComplete: ends an NdisCloseAdapter that returned NDIS_STATUS_PENDING.</summary>
public delegate void CLOSE_ADAPTER_COMPLETE_HANDLER(NDIS_HANDLE ProtocolBindingContext, NDIS_STATUS Status);

/// <summary>ProtocolSendComplete: the packet is the protocol's again.</summary>
public unsafe delegate void SEND_COMPLETE_HANDLER(NDIS_HANDLE ProtocolBindingContext, NDIS_PACKET* Packet, NDIS_STATUS Status);

/// <summary>ProtocolTransferDataComplete: ends an NdisTransferData that returned NDIS_STATUS_PENDING.</summary>
public unsafe delegate void TRANSFER_DATA_COMPLETE_HANDLER(
    NDIS_HANDLE ProtocolBindingContext, NDIS_PACKET* Packet, NDIS_STATUS Status, uint BytesTransferred);

/// <summary>ProtocolResetComplete.</summary>
public delegate void RESET_COMPLETE_HANDLER(NDIS_HANDLE ProtocolBindingContext, NDIS_STATUS Status);

/// <summary>ProtocolRequestComplete: ends an NdisRequest that returned NDIS_STATUS_PENDING.</summary>
public unsafe delegate void REQUEST_COMPLETE_HANDLER(
    NDIS_HANDLE ProtocolBindingContext, NDIS_REQUEST* NdisRequest, NDIS_STATUS Status);

/// <summary>ProtocolReceive: looks at a frame, and copies what it wants of it. The buffers are the miniport's.</summary>
public unsafe delegate NDIS_STATUS RECEIVE_HANDLER(
    NDIS_HANDLE ProtocolBindingContext,
    NDIS_HANDLE MacReceiveContext,
    void* HeaderBuffer,
    uint HeaderBufferSize,
    void* LookAheadBuffer,
    uint LookaheadBufferSize,
    uint PacketSize);

/// <summary>ProtocolReceiveComplete: a burst of frames is over.</summary>
public delegate void RECEIVE_COMPLETE_HANDLER(NDIS_HANDLE ProtocolBindingContext);

/// <summary>ProtocolStatus: the miniport indicates a change, such as of the link.</summary>
public unsafe delegate void STATUS_HANDLER(
    NDIS_HANDLE ProtocolBindingContext, NDIS_STATUS GeneralStatus, void* StatusBuffer, uint StatusBufferSize);

/// <summary>ProtocolStatusComplete.</summary>
public delegate void STATUS_COMPLETE_HANDLER(NDIS_HANDLE ProtocolBindingContext);

/// <summary>ProtocolBindAdapter: an adapter is there to be opened.</summary>
public unsafe delegate void BIND_HANDLER(
    out NDIS_STATUS Status, NDIS_HANDLE BindContext, NDIS_STRING* DeviceName, void* SystemSpecific1, void* SystemSpecific2);

/// <summary>ProtocolUnbindAdapter: the adapter is being halted and must be closed.</summary>
public delegate void UNBIND_HANDLER(out NDIS_STATUS Status, NDIS_HANDLE ProtocolBindingContext, NDIS_HANDLE UnbindContext);

/// <summary>
/// ProtocolReceivePacket: looks at a packet. Returns how often the protocol will give it back by NdisReturnPackets; 0 where the
/// packet is the miniport's again at once.
/// </summary>
public unsafe delegate int RECEIVE_PACKET_HANDLER(NDIS_HANDLE ProtocolBindingContext, NDIS_PACKET* Packet);

/// <summary>
/// ProtocolPnPEvent: hears of power and plug and play, or is asked. NDIS_STATUS_PENDING: NdisCompletePnPEvent follows. A binding
/// context of 0: the event is for all bindings.
/// </summary>
public unsafe delegate NDIS_STATUS PNP_EVENT_HANDLER(NDIS_HANDLE ProtocolBindingContext, NET_PNP_EVENT* NetPnPEvent);

/// <summary>ProtocolUnload: the protocol closes what it has open and deregisters itself.</summary>
public delegate void UNLOAD_PROTOCOL_HANDLER();
