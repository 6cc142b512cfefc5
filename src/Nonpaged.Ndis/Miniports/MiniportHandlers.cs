namespace Nonpaged.Ndis;

/// <summary>
/// A driver's entry point. It calls NdisMInitializeWrapper and NdisMRegisterMiniport, and registers nothing else.
/// </summary>
/// <param name="DriverObject">SystemSpecific1 of NdisMInitializeWrapper.</param>
/// <param name="RegistryPath">SystemSpecific2 of NdisMInitializeWrapper.</param>
public unsafe delegate NDIS_STATUS DRIVER_ENTRY(void* DriverObject, void* RegistryPath);

/// <summary>
/// MiniportInitialize: finds the adapter's resources, claims them, and makes the adapter ready. At PASSIVE_LEVEL.
/// </summary>
public unsafe delegate NDIS_STATUS W_INITIALIZE_HANDLER(
    out NDIS_STATUS OpenErrorStatus,
    out uint SelectedMediumIndex,
    NDIS_MEDIUM* MediumArray,
    uint MediumArraySize,
    NDIS_HANDLE MiniportAdapterHandle,
    NDIS_HANDLE WrapperConfigurationContext);

/// <summary>MiniportHalt: stops the hardware and gives back all that MiniportInitialize took. At PASSIVE_LEVEL.</summary>
public unsafe delegate void W_HALT_HANDLER(void* MiniportAdapterContext);

/// <summary>MiniportISR: tells whether its adapter raised the line, and dismisses the interrupt. At DIRQL.</summary>
public unsafe delegate void W_ISR_HANDLER(
    out bool InterruptRecognized, out bool QueueMiniportHandleInterrupt, void* MiniportAdapterContext);

/// <summary>MiniportHandleInterrupt: the deferred work of an interrupt. At DISPATCH_LEVEL.</summary>
public unsafe delegate void W_HANDLE_INTERRUPT_HANDLER(void* MiniportAdapterContext);

/// <summary>MiniportEnableInterrupt: lets the adapter raise its line again.</summary>
public unsafe delegate void W_ENABLE_INTERRUPT_HANDLER(void* MiniportAdapterContext);

/// <summary>MiniportDisableInterrupt: keeps the adapter from raising its line.</summary>
public unsafe delegate void W_DISABLE_INTERRUPT_HANDLER(void* MiniportAdapterContext);

/// <summary>MiniportSend: hands one packet to the hardware. NDIS_STATUS_RESOURCES makes NDIS keep it and try again.</summary>
public unsafe delegate NDIS_STATUS W_SEND_HANDLER(void* MiniportAdapterContext, NDIS_PACKET* Packet, uint Flags);

/// <summary>
/// MiniportSendPackets: hands over several packets. A serialized miniport tells the status of each by NDIS_SET_PACKET_STATUS; a
/// deserialized one completes each by NdisMSendComplete, and what it sets means nothing.
/// </summary>
public unsafe delegate void W_SEND_PACKETS_HANDLER(void* MiniportAdapterContext, NDIS_PACKET** PacketArray, uint NumberOfPackets);

/// <summary>
/// MiniportQueryInformation: answers an OID. One that pends may write to the buffer and to both counts until
/// NdisMQueryInformationComplete.
/// </summary>
public unsafe delegate NDIS_STATUS W_QUERY_INFORMATION_HANDLER(
    void* MiniportAdapterContext,
    uint Oid,
    void* InformationBuffer,
    uint InformationBufferLength,
    out uint BytesWritten,
    out uint BytesNeeded);

/// <summary>
/// MiniportSetInformation: takes an OID's new value. One that pends may read the buffer and write both counts
/// until NdisMSetInformationComplete.
/// </summary>
public unsafe delegate NDIS_STATUS W_SET_INFORMATION_HANDLER(
    void* MiniportAdapterContext,
    uint Oid,
    void* InformationBuffer,
    uint InformationBufferLength,
    out uint BytesRead,
    out uint BytesNeeded);

/// <summary>MiniportCheckForHang: tells, every two seconds, whether the adapter hangs and must be reset.</summary>
public unsafe delegate bool W_CHECK_FOR_HANG_HANDLER(void* MiniportAdapterContext);

/// <summary>MiniportReset: brings the hardware back to where initialization left it.</summary>
public unsafe delegate NDIS_STATUS W_RESET_HANDLER(out bool AddressingReset, void* MiniportAdapterContext);

/// <summary>MiniportTransferData: copies the rest of an indicated frame into a protocol's packet.</summary>
public unsafe delegate NDIS_STATUS W_TRANSFER_DATA_HANDLER(
    NDIS_PACKET* Packet,
    out uint BytesTransferred,
    void* MiniportAdapterContext,
    NDIS_HANDLE MiniportReceiveContext,
    uint ByteOffset,
    uint BytesToTransfer);

/// <summary>MiniportReturnPacket: takes back a packet that was indicated by NdisMIndicateReceivePacket.</summary>
public unsafe delegate void W_RETURN_PACKET_HANDLER(void* MiniportAdapterContext, NDIS_PACKET* Packet);

/// <summary>MiniportAllocateComplete: ends NdisMAllocateSharedMemoryAsync; NULL and 0 where it failed.</summary>
public unsafe delegate void W_ALLOCATE_COMPLETE_HANDLER(
    void* MiniportAdapterContext, void* VirtualAddress, NDIS_PHYSICAL_ADDRESS* PhysicalAddress, uint Length, void* Context);

/// <summary>
/// MiniportCancelSendPackets: completes with NDIS_STATUS_REQUEST_ABORTED the packets with this identifier that it has queued.
/// </summary>
public unsafe delegate void W_CANCEL_SEND_PACKETS_HANDLER(void* MiniportAdapterContext, void* CancelId);

/// <summary>MiniportPnPEventNotify: the hardware was taken away, or the power changed.</summary>
public unsafe delegate void W_PNP_EVENT_NOTIFY_HANDLER(
    void* MiniportAdapterContext, NDIS_DEVICE_PNP_EVENT PnPEvent, void* InformationBuffer, uint InformationBufferLength);

/// <summary>
/// A function that NdisMRegisterAdapterShutdownHandler registers: quiets the hardware when the system goes down.
/// </summary>
public unsafe delegate void ADAPTER_SHUTDOWN_HANDLER(void* ShutdownContext);

/// <summary>MiniportTimer: runs in the adapter's turn, at DISPATCH_LEVEL.</summary>
public unsafe delegate void NDIS_TIMER_FUNCTION(
    void* SystemSpecific1, void* FunctionContext, void* SystemSpecific2, void* SystemSpecific3);

/// <summary>A function that NdisMSynchronizeWithInterrupt runs while the ISR cannot run.</summary>
public unsafe delegate bool SYNCHRONIZE_FUNCTION(void* SynchronizeContext);

/// <summary>A work item's function. Runs at PASSIVE_LEVEL; its context is the item's.</summary>
public unsafe delegate void NDIS_PROC(NDIS_WORK_ITEM* WorkItem);

/// <summary>A driver's unload function.</summary>
public unsafe delegate void DRIVER_UNLOAD(void* DriverObject);
