/*
 * A virtual Ethernet card: a miniport whose cable ends in a program. What protocols send the program reads from the device NonpagedTap, and what it
 * writes there protocols receive. Deserialized, NDIS 5.0, one adapter.
 */
#include <ndis.h>
#include "tap.h"

#define TAP_TAG 'paTN'
#define IOCTL_TAP_ADDRESS CTL_CODE(TAP_DEVICE_TYPE, TAP_FUNCTION_ADDRESS, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define IOCTL_TAP_LINK CTL_CODE(TAP_DEVICE_TYPE, TAP_FUNCTION_LINK, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define IOCTL_TAP_STATISTICS CTL_CODE(TAP_DEVICE_TYPE, TAP_FUNCTION_STATISTICS, METHOD_BUFFERED, FILE_ANY_ACCESS)

enum { DEFAULT_QUEUE = 256, LONGEST_QUEUE = 4096, LINK_SPEED = 1000000, MOST_MULTICAST = 32 };

typedef struct _FRAME {
    LIST_ENTRY Entry;
    UINT Length;
    UCHAR Bytes[TAP_LONGEST_FRAME];
} FRAME, *PFRAME;

/* Lock guards Frames, Reads, IsUp and Statistics. */
typedef struct _ADAPTER {
    NDIS_HANDLE Handle;
    NDIS_HANDLE Device;
    NDIS_SPIN_LOCK Lock;
    LIST_ENTRY Frames;
    LIST_ENTRY Reads;
    ULONG Queue;
    ULONG Filter;
    BOOLEAN IsUp;
    UCHAR Address[ETH_LENGTH_OF_ADDRESS];
    struct tap_statistics Statistics;
} ADAPTER, *PADAPTER;

static NDIS_HANDLE Wrapper;
static PADAPTER Tap;

static NTSTATUS Complete(PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, NT_SUCCESS(Status) ? IO_NETWORK_INCREMENT : IO_NO_INCREMENT);
    return Status;
}

/* A frame for a read that has left the list. */
static NTSTATUS CompleteRead(PIRP Irp, const UCHAR *Bytes, UINT Length)
{
    ULONG room = IoGetCurrentIrpStackLocation(Irp)->Parameters.Read.Length;
    PVOID buffer = Irp->MdlAddress == NULL ? NULL : MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority);

    if (buffer == NULL || room < Length) return Complete(Irp, STATUS_BUFFER_TOO_SMALL, 0);
    NdisMoveMemory(buffer, Bytes, Length);
    return Complete(Irp, STATUS_SUCCESS, Length);
}

/* A cancel routine has the IRP from the moment that it is taken out of it: then its list entry is made one that can be removed again. */
static PIRP TakeRead(PADAPTER Adapter)
{
    while (!IsListEmpty(&Adapter->Reads)) {
        PIRP irp = CONTAINING_RECORD(RemoveHeadList(&Adapter->Reads), IRP, Tail.Overlay.ListEntry);
        if (IoSetCancelRoutine(irp, NULL) != NULL) return irp;
        InitializeListHead(&irp->Tail.Overlay.ListEntry);
    }
    return NULL;
}

static VOID CancelRead(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    NdisAcquireSpinLock(&Tap->Lock);
    RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
    NdisReleaseSpinLock(&Tap->Lock);
    Complete(Irp, STATUS_CANCELLED, 0);
}

static NTSTATUS DispatchRead(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    NTSTATUS status;

    UNREFERENCED_PARAMETER(DeviceObject);
    NdisAcquireSpinLock(&Tap->Lock);
    if (!IsListEmpty(&Tap->Frames)) {
        PFRAME frame = CONTAINING_RECORD(RemoveHeadList(&Tap->Frames), FRAME, Entry);
        Tap->Statistics.queued--;
        Tap->Statistics.to_program++;
        NdisReleaseSpinLock(&Tap->Lock);
        status = CompleteRead(Irp, frame->Bytes, frame->Length);
        NdisFreeMemory(frame, sizeof *frame, 0);
        return status;
    }
    IoMarkIrpPending(Irp);
    InsertTailList(&Tap->Reads, &Irp->Tail.Overlay.ListEntry);
    IoSetCancelRoutine(Irp, CancelRead);
    if (Irp->Cancel && IoSetCancelRoutine(Irp, NULL) != NULL) {
        /* It was cancelled before it had a routine. */
        RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
        NdisReleaseSpinLock(&Tap->Lock);
        Complete(Irp, STATUS_CANCELLED, 0);
        return STATUS_PENDING;
    }
    NdisReleaseSpinLock(&Tap->Lock);
    return STATUS_PENDING;
}

static NTSTATUS DispatchWrite(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    ULONG length = IoGetCurrentIrpStackLocation(Irp)->Parameters.Write.Length;
    PUCHAR frame;
    KIRQL irql;
    BOOLEAN isUp;

    UNREFERENCED_PARAMETER(DeviceObject);
    if (length < TAP_HEADER || length > TAP_LONGEST_FRAME) return Complete(Irp, STATUS_INVALID_PARAMETER, 0);
    frame = (PUCHAR)MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority);
    if (frame == NULL) return Complete(Irp, STATUS_INSUFFICIENT_RESOURCES, 0);
    NdisAcquireSpinLock(&Tap->Lock);
    isUp = Tap->IsUp;
    if (isUp) Tap->Statistics.from_program++;
    NdisReleaseSpinLock(&Tap->Lock);
    if (!isUp) return Complete(Irp, STATUS_DEVICE_NOT_READY, 0);
    /* Cards indicate what they receive at this level. */
    KeRaiseIrql(DISPATCH_LEVEL, &irql);
    NdisMEthIndicateReceive(Tap->Handle, Tap, frame, TAP_HEADER, frame + TAP_HEADER, length - TAP_HEADER, length - TAP_HEADER);
    NdisMEthIndicateReceiveComplete(Tap->Handle);
    KeLowerIrql(irql);
    return Complete(Irp, STATUS_SUCCESS, length);
}

static VOID SetLink(PADAPTER Adapter, BOOLEAN IsUp)
{
    BOOLEAN wasUp;

    NdisAcquireSpinLock(&Adapter->Lock);
    wasUp = Adapter->IsUp;
    Adapter->IsUp = IsUp;
    NdisReleaseSpinLock(&Adapter->Lock);
    if (wasUp == IsUp) return;
    NdisMIndicateStatus(Adapter->Handle, IsUp ? NDIS_STATUS_MEDIA_CONNECT : NDIS_STATUS_MEDIA_DISCONNECT, NULL, 0);
    NdisMIndicateStatusComplete(Adapter->Handle);
}

static NTSTATUS DispatchControl(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(Irp);
    ULONG in = location->Parameters.DeviceIoControl.InputBufferLength, out = location->Parameters.DeviceIoControl.OutputBufferLength;
    PVOID buffer = Irp->AssociatedIrp.SystemBuffer;

    UNREFERENCED_PARAMETER(DeviceObject);
    switch (location->Parameters.DeviceIoControl.IoControlCode) {
        case IOCTL_TAP_ADDRESS:
            if (out < sizeof Tap->Address) return Complete(Irp, STATUS_BUFFER_TOO_SMALL, 0);
            NdisMoveMemory(buffer, Tap->Address, sizeof Tap->Address);
            return Complete(Irp, STATUS_SUCCESS, sizeof Tap->Address);
        case IOCTL_TAP_LINK:
            if (in < sizeof(ULONG)) return Complete(Irp, STATUS_INVALID_PARAMETER, 0);
            SetLink(Tap, *(ULONG *)buffer != 0);
            return Complete(Irp, STATUS_SUCCESS, 0);
        case IOCTL_TAP_STATISTICS:
            if (out < sizeof Tap->Statistics) return Complete(Irp, STATUS_BUFFER_TOO_SMALL, 0);
            NdisAcquireSpinLock(&Tap->Lock);
            NdisMoveMemory(buffer, &Tap->Statistics, sizeof Tap->Statistics);
            NdisReleaseSpinLock(&Tap->Lock);
            return Complete(Irp, STATUS_SUCCESS, sizeof Tap->Statistics);
        default: return Complete(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}

static NTSTATUS DispatchOpenClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    return Complete(Irp, STATUS_SUCCESS, 0);
}

/* A frame from protocols: for a read that waits, or into the queue. */
static NDIS_STATUS Send(NDIS_HANDLE Context, PNDIS_PACKET Packet, UINT Flags)
{
    PADAPTER adapter = (PADAPTER)Context;
    PFRAME frame;
    PNDIS_BUFFER buffer;
    PIRP irp = NULL;
    UINT total, done = 0;

    UNREFERENCED_PARAMETER(Flags);
    NdisQueryPacket(Packet, NULL, NULL, &buffer, &total);
    if (total > TAP_LONGEST_FRAME) return NDIS_STATUS_INVALID_LENGTH;
    if (NdisAllocateMemoryWithTag((PVOID *)&frame, sizeof *frame, TAP_TAG) != NDIS_STATUS_SUCCESS) return NDIS_STATUS_FAILURE;
    while (buffer != NULL) {
        PVOID bytes;
        UINT length;
        NdisQueryBuffer(buffer, &bytes, &length);
        NdisMoveMemory(frame->Bytes + done, bytes, length);
        done += length;
        NdisGetNextBuffer(buffer, &buffer);
    }
    frame->Length = total;
    NdisAcquireSpinLock(&adapter->Lock);
    if (adapter->IsUp && (irp = TakeRead(adapter)) != NULL) {
        adapter->Statistics.to_program++;
    } else if (adapter->IsUp && adapter->Statistics.queued < adapter->Queue) {
        InsertTailList(&adapter->Frames, &frame->Entry);
        adapter->Statistics.queued++;
        frame = NULL;
    } else {
        adapter->Statistics.dropped++;
    }
    NdisReleaseSpinLock(&adapter->Lock);
    if (irp != NULL) CompleteRead(irp, frame->Bytes, frame->Length);
    if (frame != NULL) NdisFreeMemory(frame, sizeof *frame, 0);
    return NDIS_STATUS_SUCCESS;
}

static VOID Free(PADAPTER Adapter)
{
    while (!IsListEmpty(&Adapter->Frames))
        NdisFreeMemory(CONTAINING_RECORD(RemoveHeadList(&Adapter->Frames), FRAME, Entry), sizeof(FRAME), 0);
    NdisFreeSpinLock(&Adapter->Lock);
    NdisFreeMemory(Adapter, sizeof *Adapter, 0);
}

static VOID Halt(NDIS_HANDLE Context)
{
    PADAPTER adapter = (PADAPTER)Context;
    PIRP irp;

    NdisMDeregisterDevice(adapter->Device);
    do {
        NdisAcquireSpinLock(&adapter->Lock);
        irp = TakeRead(adapter);
        NdisReleaseSpinLock(&adapter->Lock);
        if (irp != NULL) Complete(irp, STATUS_CANCELLED, 0);
    } while (irp != NULL);
    Tap = NULL;
    Free(adapter);
}

static VOID ReadParameters(PADAPTER Adapter, NDIS_HANDLE Context)
{
    static const UCHAR usual[ETH_LENGTH_OF_ADDRESS] = { 0x02, 0x4e, 0x50, 0x54, 0x41, 0x50 };
    NDIS_STRING queue = NDIS_STRING_CONST("QueueLength");
    PNDIS_CONFIGURATION_PARAMETER value;
    NDIS_HANDLE configuration;
    NDIS_STATUS status;
    PVOID address;
    UINT length;

    NdisMoveMemory(Adapter->Address, usual, sizeof usual);
    Adapter->Queue = DEFAULT_QUEUE;
    NdisOpenConfiguration(&status, &configuration, Context);
    if (status != NDIS_STATUS_SUCCESS) return;
    NdisReadConfiguration(&status, &value, configuration, &queue, NdisParameterInteger);
    if (status == NDIS_STATUS_SUCCESS && value->ParameterData.IntegerData >= 1 && value->ParameterData.IntegerData <= LONGEST_QUEUE)
        Adapter->Queue = value->ParameterData.IntegerData;
    NdisReadNetworkAddress(&status, &address, &length, configuration);
    if (status == NDIS_STATUS_SUCCESS && length == ETH_LENGTH_OF_ADDRESS) NdisMoveMemory(Adapter->Address, address, length);
    NdisCloseConfiguration(configuration);
}

static NDIS_STATUS MakeDevice(PADAPTER Adapter)
{
    NDIS_STRING name = NDIS_STRING_CONST("\\Device\\NonpagedTap"), link = NDIS_STRING_CONST("\\DosDevices\\NonpagedTap");
    PDRIVER_DISPATCH functions[IRP_MJ_MAXIMUM_FUNCTION + 1];
    PDEVICE_OBJECT device;
    NDIS_STATUS status;

    NdisZeroMemory(functions, sizeof functions);
    functions[IRP_MJ_CREATE] = functions[IRP_MJ_CLEANUP] = functions[IRP_MJ_CLOSE] = DispatchOpenClose;
    functions[IRP_MJ_READ] = DispatchRead;
    functions[IRP_MJ_WRITE] = DispatchWrite;
    functions[IRP_MJ_DEVICE_CONTROL] = DispatchControl;
    status = NdisMRegisterDevice(Wrapper, &name, &link, functions, &device, &Adapter->Device);
    if (status == NDIS_STATUS_SUCCESS) device->Flags |= DO_DIRECT_IO;
    return status;
}

static NDIS_STATUS Initialize(
    PNDIS_STATUS Error, PUINT Selected, PNDIS_MEDIUM Media, UINT Count, NDIS_HANDLE Handle, NDIS_HANDLE Configuration)
{
    PADAPTER adapter;
    NDIS_STATUS status;

    UNREFERENCED_PARAMETER(Error);
    for (*Selected = 0; *Selected < Count && Media[*Selected] != NdisMedium802_3; (*Selected)++);
    if (*Selected == Count) return NDIS_STATUS_UNSUPPORTED_MEDIA;
    if (Tap != NULL) return NDIS_STATUS_RESOURCE_CONFLICT;
    if (NdisAllocateMemoryWithTag((PVOID *)&adapter, sizeof *adapter, TAP_TAG) != NDIS_STATUS_SUCCESS) return NDIS_STATUS_RESOURCES;
    NdisZeroMemory(adapter, sizeof *adapter);
    adapter->Handle = Handle;
    adapter->IsUp = TRUE;
    NdisAllocateSpinLock(&adapter->Lock);
    InitializeListHead(&adapter->Frames);
    InitializeListHead(&adapter->Reads);
    ReadParameters(adapter, Configuration);
    NdisMSetAttributesEx(Handle, adapter, 0, NDIS_ATTRIBUTE_DESERIALIZE, NdisInterfaceInternal);
    Tap = adapter;
    status = MakeDevice(adapter);
    if (status == NDIS_STATUS_SUCCESS) return status;
    Tap = NULL;
    Free(adapter);
    return status;
}

static NDIS_STATUS Reset(PBOOLEAN AddressingReset, NDIS_HANDLE Context)
{
    UNREFERENCED_PARAMETER(Context);
    *AddressingReset = FALSE;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS Query(NDIS_HANDLE Context, NDIS_OID Oid, PVOID Buffer, ULONG Length, PULONG Written, PULONG Needed)
{
    static const NDIS_OID supported[] = {
        OID_GEN_SUPPORTED_LIST, OID_GEN_HARDWARE_STATUS, OID_GEN_MEDIA_SUPPORTED, OID_GEN_MEDIA_IN_USE, OID_GEN_MAXIMUM_LOOKAHEAD,
        OID_GEN_MAXIMUM_FRAME_SIZE, OID_GEN_LINK_SPEED, OID_GEN_TRANSMIT_BUFFER_SPACE, OID_GEN_RECEIVE_BUFFER_SPACE,
        OID_GEN_TRANSMIT_BLOCK_SIZE, OID_GEN_RECEIVE_BLOCK_SIZE, OID_GEN_VENDOR_ID, OID_GEN_VENDOR_DESCRIPTION,
        OID_GEN_CURRENT_PACKET_FILTER, OID_GEN_CURRENT_LOOKAHEAD, OID_GEN_DRIVER_VERSION, OID_GEN_MAXIMUM_TOTAL_SIZE,
        OID_GEN_MAC_OPTIONS, OID_GEN_MEDIA_CONNECT_STATUS, OID_GEN_MAXIMUM_SEND_PACKETS, OID_GEN_VENDOR_DRIVER_VERSION, OID_GEN_XMIT_OK,
        OID_GEN_RCV_OK, OID_GEN_XMIT_ERROR, OID_GEN_RCV_ERROR, OID_GEN_RCV_NO_BUFFER, OID_802_3_PERMANENT_ADDRESS,
        OID_802_3_CURRENT_ADDRESS, OID_802_3_MULTICAST_LIST, OID_802_3_MAXIMUM_LIST_SIZE, OID_802_3_RCV_ERROR_ALIGNMENT,
        OID_802_3_XMIT_ONE_COLLISION, OID_802_3_XMIT_MORE_COLLISIONS };
    static const char vendor[] = "Nonpaged tap";
    PADAPTER adapter = (PADAPTER)Context;
    ULONG number = 0, size = sizeof number;
    const void *source = &number;
    struct tap_statistics statistics;
    BOOLEAN isUp;

    NdisAcquireSpinLock(&adapter->Lock);
    statistics = adapter->Statistics;
    isUp = adapter->IsUp;
    NdisReleaseSpinLock(&adapter->Lock);
    switch (Oid) {
        case OID_GEN_SUPPORTED_LIST: source = supported, size = sizeof supported; break;
        case OID_GEN_HARDWARE_STATUS: number = NdisHardwareStatusReady; break;
        case OID_GEN_MEDIA_SUPPORTED:
        case OID_GEN_MEDIA_IN_USE: number = NdisMedium802_3; break;
        case OID_GEN_MAXIMUM_LOOKAHEAD:
        case OID_GEN_CURRENT_LOOKAHEAD:
        case OID_GEN_MAXIMUM_FRAME_SIZE: number = TAP_LONGEST_FRAME - TAP_HEADER; break;
        case OID_GEN_LINK_SPEED: number = LINK_SPEED; break;
        case OID_GEN_TRANSMIT_BUFFER_SPACE:
        case OID_GEN_RECEIVE_BUFFER_SPACE: number = adapter->Queue * TAP_LONGEST_FRAME; break;
        case OID_GEN_TRANSMIT_BLOCK_SIZE:
        case OID_GEN_RECEIVE_BLOCK_SIZE:
        case OID_GEN_MAXIMUM_TOTAL_SIZE: number = TAP_LONGEST_FRAME; break;
        case OID_GEN_VENDOR_ID: number = 0xffffff; break;
        case OID_GEN_VENDOR_DESCRIPTION: source = vendor, size = sizeof vendor; break;
        case OID_GEN_CURRENT_PACKET_FILTER: number = adapter->Filter; break;
        case OID_GEN_DRIVER_VERSION: number = 0x0500, size = sizeof(USHORT); break;
        case OID_GEN_VENDOR_DRIVER_VERSION: number = 0x00010000; break;
        case OID_GEN_MAC_OPTIONS: number = NDIS_MAC_OPTION_COPY_LOOKAHEAD_DATA | NDIS_MAC_OPTION_NO_LOOPBACK; break;
        case OID_GEN_MEDIA_CONNECT_STATUS: number = isUp ? NdisMediaStateConnected : NdisMediaStateDisconnected; break;
        case OID_GEN_MAXIMUM_SEND_PACKETS: number = 1; break;
        case OID_GEN_XMIT_OK: number = (ULONG)statistics.to_program; break;
        case OID_GEN_RCV_OK: number = (ULONG)statistics.from_program; break;
        case OID_GEN_XMIT_ERROR: number = (ULONG)statistics.dropped; break;
        case OID_GEN_RCV_ERROR:
        case OID_GEN_RCV_NO_BUFFER:
        case OID_802_3_RCV_ERROR_ALIGNMENT:
        case OID_802_3_XMIT_ONE_COLLISION:
        case OID_802_3_XMIT_MORE_COLLISIONS: break;
        case OID_802_3_PERMANENT_ADDRESS:
        case OID_802_3_CURRENT_ADDRESS: source = adapter->Address, size = sizeof adapter->Address; break;
        case OID_802_3_MULTICAST_LIST: size = 0; break;
        case OID_802_3_MAXIMUM_LIST_SIZE: number = MOST_MULTICAST; break;
        default: return NDIS_STATUS_INVALID_OID;
    }
    *Written = 0;
    *Needed = size;
    if (Length < size) return NDIS_STATUS_BUFFER_TOO_SHORT;
    NdisMoveMemory(Buffer, source, size);
    *Written = size;
    return NDIS_STATUS_SUCCESS;
}

/* The program at the other end gets every frame, so that filter and multicast list change nothing. */
static NDIS_STATUS Set(NDIS_HANDLE Context, NDIS_OID Oid, PVOID Buffer, ULONG Length, PULONG Read, PULONG Needed)
{
    PADAPTER adapter = (PADAPTER)Context;

    *Read = *Needed = 0;
    switch (Oid) {
        case OID_GEN_CURRENT_PACKET_FILTER:
        case OID_GEN_CURRENT_LOOKAHEAD:
            *Needed = sizeof(ULONG);
            if (Length < sizeof(ULONG)) return NDIS_STATUS_INVALID_LENGTH;
            if (Oid == OID_GEN_CURRENT_PACKET_FILTER) NdisMoveMemory(&adapter->Filter, Buffer, sizeof adapter->Filter);
            *Read = sizeof(ULONG);
            return NDIS_STATUS_SUCCESS;
        case OID_802_3_MULTICAST_LIST:
            if (Length % ETH_LENGTH_OF_ADDRESS != 0) return NDIS_STATUS_INVALID_LENGTH;
            if (Length > MOST_MULTICAST * ETH_LENGTH_OF_ADDRESS) return NDIS_STATUS_MULTICAST_FULL;
            *Read = Length;
            return NDIS_STATUS_SUCCESS;
        default: return NDIS_STATUS_INVALID_OID;
    }
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NDIS_MINIPORT_CHARACTERISTICS characteristics;
    NDIS_STATUS status;

    NdisZeroMemory(&characteristics, sizeof characteristics);
    characteristics.MajorNdisVersion = NDIS_MINIPORT_MAJOR_VERSION;
    characteristics.MinorNdisVersion = NDIS_MINIPORT_MINOR_VERSION;
    characteristics.InitializeHandler = Initialize;
    characteristics.HaltHandler = Halt;
    characteristics.ResetHandler = Reset;
    characteristics.SendHandler = Send;
    characteristics.QueryInformationHandler = Query;
    characteristics.SetInformationHandler = Set;
    NdisMInitializeWrapper(&Wrapper, DriverObject, RegistryPath, NULL);
    status = NdisMRegisterMiniport(Wrapper, &characteristics, sizeof characteristics);
    if (status != NDIS_STATUS_SUCCESS) NdisTerminateWrapper(Wrapper, NULL);
    return status;
}
