/*
 * A miniport without a card: what it is asked to send comes back to it. With -DMISBEHAVES it fails what it is given, and with -DUNLOADS its
 * DriverEntry allocates what its unload function frees; with -DNO_ADDRESS it has no address, and with -DLEAVES it has its adapter removed.
 */
#include <ndis.h>

enum { ETHERNET_HEADER = 14, LONGEST_FRAME = 1514 };

typedef struct _ADAPTER {
    NDIS_HANDLE Handle;
    ULONG Filter;
    UCHAR Frame[LONGEST_FRAME];
} ADAPTER, *PADAPTER;

#ifndef NO_ADDRESS
static const UCHAR Address[ETH_LENGTH_OF_ADDRESS] = { 0x02, 0x00, 0x5e, 0x00, 0x00, 0x01 };
#endif

static NDIS_STATUS Initialize(PNDIS_STATUS Error, PUINT Selected, PNDIS_MEDIUM Media, UINT Count, NDIS_HANDLE Handle, NDIS_HANDLE Configuration)
{
    PADAPTER adapter;

    UNREFERENCED_PARAMETER(Error), UNREFERENCED_PARAMETER(Media), UNREFERENCED_PARAMETER(Count), UNREFERENCED_PARAMETER(Configuration);
    *Selected = 0;
    if (NdisAllocateMemoryWithTag((PVOID *)&adapter, sizeof *adapter, 'triV') != NDIS_STATUS_SUCCESS) return NDIS_STATUS_RESOURCES;
    NdisZeroMemory(adapter, sizeof *adapter);
    adapter->Handle = Handle;
    NdisMSetAttributes(Handle, adapter, FALSE, NdisInterfaceInternal);
    return NDIS_STATUS_SUCCESS;
}

#ifdef LEAVES
static BOOLEAN CheckForHang(NDIS_HANDLE Context)
{
    NdisMRemoveMiniport(((PADAPTER)Context)->Handle);
    return FALSE;
}
#endif

static VOID Halt(NDIS_HANDLE Context)
{
    NdisFreeMemory(Context, sizeof(ADAPTER), 0);
}

static NDIS_STATUS Reset(PBOOLEAN AddressingReset, NDIS_HANDLE Context)
{
    UNREFERENCED_PARAMETER(Context);
    *AddressingReset = FALSE;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS Send(NDIS_HANDLE Context, PNDIS_PACKET Packet, UINT Flags)
{
    PADAPTER adapter = (PADAPTER)Context;
    PNDIS_BUFFER buffer;
    UINT total, done = 0;

    UNREFERENCED_PARAMETER(Flags);
#ifdef MISBEHAVES
    return NDIS_STATUS_FAILURE;
#endif
    NdisQueryPacket(Packet, NULL, NULL, &buffer, &total);
    if (total > LONGEST_FRAME) return NDIS_STATUS_INVALID_LENGTH;
    while (buffer != NULL) {
        PVOID bytes;
        UINT length;
        NdisQueryBuffer(buffer, &bytes, &length);
        NdisMoveMemory(adapter->Frame + done, bytes, length);
        done += length;
        NdisGetNextBuffer(buffer, &buffer);
    }
    NdisMEthIndicateReceive(
        adapter->Handle, adapter, adapter->Frame, ETHERNET_HEADER, adapter->Frame + ETHERNET_HEADER, done - ETHERNET_HEADER, done - ETHERNET_HEADER);
    NdisMEthIndicateReceiveComplete(adapter->Handle);
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS Query(NDIS_HANDLE Context, NDIS_OID Oid, PVOID Buffer, ULONG Length, PULONG Written, PULONG Needed)
{
    const void *source;
    ULONG number, size = sizeof number;

    UNREFERENCED_PARAMETER(Context);
    source = &number;
    switch (Oid) {
#ifndef NO_ADDRESS
        case OID_802_3_PERMANENT_ADDRESS:
        case OID_802_3_CURRENT_ADDRESS: source = Address, size = sizeof Address; break;
#endif
        case OID_GEN_MEDIA_SUPPORTED:
        case OID_GEN_MEDIA_IN_USE: number = NdisMedium802_3; break;
        case OID_GEN_MAXIMUM_FRAME_SIZE: number = LONGEST_FRAME - ETHERNET_HEADER; break;
        /* No status of NDIS, and none that the documents know. */
        case OID_GEN_VENDOR_ID: return (NDIS_STATUS)0xC0DE0001;
        default: return NDIS_STATUS_INVALID_OID;
    }
    *Needed = size;
    *Written = 0;
    if (Length < size) return NDIS_STATUS_BUFFER_TOO_SHORT;
    NdisMoveMemory(Buffer, source, size);
    *Written = size;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS Set(NDIS_HANDLE Context, NDIS_OID Oid, PVOID Buffer, ULONG Length, PULONG Read, PULONG Needed)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Buffer);
    *Read = *Needed = Length;
    return Oid == OID_GEN_CURRENT_PACKET_FILTER || Oid == OID_GEN_CURRENT_LOOKAHEAD ? NDIS_STATUS_SUCCESS : NDIS_STATUS_INVALID_OID;
}

#ifdef UNLOADS
static PVOID Kept;

static VOID Unload(PDRIVER_OBJECT DriverObject)
{
    UNREFERENCED_PARAMETER(DriverObject);
    NdisFreeMemory(Kept, 4711, 0);
}
#endif

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NDIS_MINIPORT_CHARACTERISTICS characteristics;
    NDIS_HANDLE wrapper;

    NdisZeroMemory(&characteristics, sizeof characteristics);
    characteristics.MajorNdisVersion = NDIS_MINIPORT_MAJOR_VERSION;
    characteristics.MinorNdisVersion = NDIS_MINIPORT_MINOR_VERSION;
    characteristics.InitializeHandler = Initialize;
    characteristics.HaltHandler = Halt;
#ifdef LEAVES
    characteristics.CheckForHangHandler = CheckForHang;
#endif
    characteristics.ResetHandler = Reset;
    characteristics.SendHandler = Send;
    characteristics.QueryInformationHandler = Query;
    characteristics.SetInformationHandler = Set;
    NdisMInitializeWrapper(&wrapper, DriverObject, RegistryPath, NULL);
#ifdef UNLOADS
    NdisAllocateMemoryWithTag(&Kept, 4711, 'tpeK');
    NdisMRegisterUnloadHandler(wrapper, Unload);
#endif
    return NdisMRegisterMiniport(wrapper, &characteristics, sizeof characteristics);
}
