/*
 * A miniport for the Realtek RTL8139 (data sheet "RTL8139C(L)", rev. 1.0), as an example of how one is written and built:
 *
 *   nonpaged sdk ./sdk
 *   cc -shared -fPIC $(PKG_CONFIG_PATH=./sdk pkg-config --cflags ndis) rtl8139.c -o rtl8139.so
 *   nonpaged run ./rtl8139.so --nic rtl8139
 */
#include <ndis.h>

enum {
    /* Registers (data sheet, section 5). */
    REG_ID = 0x00,
    REG_MULTICAST = 0x08,
    REG_TX_STATUS = 0x10,
    REG_TX_ADDRESS = 0x20,
    REG_RX_BUFFER = 0x30,
    REG_COMMAND = 0x37,
    REG_RX_READ = 0x38,
    REG_INTERRUPT_MASK = 0x3c,
    REG_INTERRUPT_STATUS = 0x3e,
    REG_TX_CONFIG = 0x40,
    REG_RX_CONFIG = 0x44,
    REG_MISSED = 0x4c,
    PORT_COUNT = 0x100,

    COMMAND_RX_EMPTY = 0x01,
    COMMAND_TX_ENABLE = 0x04,
    COMMAND_RX_ENABLE = 0x08,
    COMMAND_RESET = 0x10,

    INTERRUPT_RX_OK = 0x0001,
    INTERRUPT_RX_ERROR = 0x0002,
    INTERRUPT_TX_OK = 0x0004,
    INTERRUPT_TX_ERROR = 0x0008,
    INTERRUPT_RX_OVERFLOW = 0x0010,
    INTERRUPT_LINK = 0x0020,
    INTERRUPT_RX_FIFO = 0x0040,
    INTERRUPTS = 0x007f,

    TX_STATUS_OWN = 0x2000,
    TX_STATUS_OK = 0x8000,

    RX_ACCEPT_ALL = 0x01,
    RX_ACCEPT_OWN = 0x02,
    RX_ACCEPT_MULTICAST = 0x04,
    RX_ACCEPT_BROADCAST = 0x08,
    /* The end of a frame that reaches beyond the ring follows behind it; maximum DMA burst; no FIFO threshold. */
    RX_WRAP = 0x80,
    RX_CONFIG = RX_WRAP | 0x700 | 0xe000,
    TX_CONFIG = 0x03000700,

    /* RCR's smallest ring: 8 KiB and 16 bytes, and behind it room for what RX_WRAP puts there. */
    RX_RING = 8192,
    RX_BUFFER = RX_RING + 16 + 2048,
    RX_STATUS_OK = 0x0001,
    TX_SLOTS = 4,
    TX_SLOT_SIZE = 2048,
    MOST_MULTICAST = 32,
    ETHERNET_HEADER = 14,
    LONGEST_FRAME = 1514,
    SHORTEST_FRAME = 60,
    CRC = 4
};

typedef struct _ADAPTER {
    NDIS_HANDLE Handle;
    NDIS_MINIPORT_INTERRUPT Interrupt;
    BOOLEAN HasInterrupt;
    PVOID Ports;
    ULONG FirstPort;
    ULONG Vector;
    ULONG Level;
    PUCHAR RxBuffer;
    NDIS_PHYSICAL_ADDRESS RxPhysical;
    ULONG RxOffset;
    PUCHAR TxBuffer;
    NDIS_PHYSICAL_ADDRESS TxPhysical;
    ULONG TxNext;
    ULONG TxOldest;
    ULONG TxBusy;
    BOOLEAN TxRefused;
    USHORT InterruptStatus;
    UCHAR Address[ETH_LENGTH_OF_ADDRESS];
    ULONG Filter;
    ULONG Lookahead;
    ULONG FramesSent;
    ULONG FramesReceived;
    ULONG SendErrors;
    ULONG ReceiveErrors;
    ULONG Missed;
} ADAPTER, *PADAPTER;

static const NDIS_OID Oids[] = {
    OID_GEN_SUPPORTED_LIST, OID_GEN_HARDWARE_STATUS, OID_GEN_MEDIA_SUPPORTED, OID_GEN_MEDIA_IN_USE, OID_GEN_MAXIMUM_LOOKAHEAD,
    OID_GEN_MAXIMUM_FRAME_SIZE, OID_GEN_LINK_SPEED, OID_GEN_TRANSMIT_BUFFER_SPACE, OID_GEN_RECEIVE_BUFFER_SPACE, OID_GEN_TRANSMIT_BLOCK_SIZE,
    OID_GEN_RECEIVE_BLOCK_SIZE, OID_GEN_VENDOR_ID, OID_GEN_VENDOR_DESCRIPTION, OID_GEN_CURRENT_PACKET_FILTER, OID_GEN_CURRENT_LOOKAHEAD,
    OID_GEN_DRIVER_VERSION, OID_GEN_MAXIMUM_TOTAL_SIZE, OID_GEN_MAC_OPTIONS, OID_GEN_MEDIA_CONNECT_STATUS, OID_GEN_MAXIMUM_SEND_PACKETS,
    OID_GEN_XMIT_OK, OID_GEN_RCV_OK, OID_GEN_XMIT_ERROR, OID_GEN_RCV_ERROR, OID_GEN_RCV_NO_BUFFER,
    OID_802_3_PERMANENT_ADDRESS, OID_802_3_CURRENT_ADDRESS, OID_802_3_MULTICAST_LIST, OID_802_3_MAXIMUM_LIST_SIZE,
    OID_802_3_RCV_ERROR_ALIGNMENT, OID_802_3_XMIT_ONE_COLLISION, OID_802_3_XMIT_MORE_COLLISIONS
};

static const char Description[] = "RTL8139, a sample miniport in C";

#define READ(adapter, width, reg, value) NdisRawReadPort##width((ULONG_PTR)(adapter)->Ports + (reg), (value))
#define WRITE(adapter, width, reg, value) NdisRawWritePort##width((ULONG_PTR)(adapter)->Ports + (reg), (value))

static NDIS_STATUS FindResources(PADAPTER Adapter, NDIS_HANDLE Configuration)
{
    NDIS_STATUS status;
    PNDIS_RESOURCE_LIST list = NULL;
    UINT size = 0, index;

    NdisMQueryAdapterResources(&status, Configuration, NULL, &size);
    if (size == 0) return NDIS_STATUS_FAILURE;
    status = NdisAllocateMemoryWithTag((PVOID *)&list, size, '9318');
    if (status != NDIS_STATUS_SUCCESS) return status;
    NdisMQueryAdapterResources(&status, Configuration, list, &size);
    if (status == NDIS_STATUS_SUCCESS) {
        for (index = 0; index < list->Count; index++) {
            PCM_PARTIAL_RESOURCE_DESCRIPTOR resource = &list->PartialDescriptors[index];
            if (resource->Type == CmResourceTypePort) {
                Adapter->FirstPort = resource->u.Port.Start.LowPart;
            } else if (resource->Type == CmResourceTypeInterrupt) {
                Adapter->Vector = resource->u.Interrupt.Vector;
                Adapter->Level = resource->u.Interrupt.Level;
            }
        }
        if (Adapter->FirstPort == 0) status = NDIS_STATUS_RESOURCE_CONFLICT;
    }
    NdisFreeMemory(list, size, 0);
    return status;
}

static NDIS_STATUS AllocateBuffers(PADAPTER Adapter)
{
    NdisMAllocateSharedMemory(Adapter->Handle, RX_BUFFER, FALSE, (PVOID *)&Adapter->RxBuffer, &Adapter->RxPhysical);
    NdisMAllocateSharedMemory(Adapter->Handle, TX_SLOTS * TX_SLOT_SIZE, FALSE, (PVOID *)&Adapter->TxBuffer, &Adapter->TxPhysical);
    if (Adapter->RxBuffer != NULL && Adapter->TxBuffer != NULL) return NDIS_STATUS_SUCCESS;
    NdisWriteErrorLogEntry(Adapter->Handle, NDIS_ERROR_CODE_OUT_OF_RESOURCES, 1, (ULONG)(RX_BUFFER + TX_SLOTS * TX_SLOT_SIZE));
    return NDIS_STATUS_RESOURCES;
}

/* The device ends its reset by itself (data sheet 5.7); a millisecond is far more than it takes. */
static NDIS_STATUS ResetDevice(PADAPTER Adapter)
{
    ULONG tries;
    UCHAR command;

    WRITE(Adapter, Uchar, REG_COMMAND, COMMAND_RESET);
    for (tries = 0; tries < 100; tries++) {
        READ(Adapter, Uchar, REG_COMMAND, &command);
        if ((command & COMMAND_RESET) == 0) return NDIS_STATUS_SUCCESS;
        NdisStallExecution(10);
    }
    NdisWriteErrorLogEntry(Adapter->Handle, NDIS_ERROR_CODE_HARDWARE_FAILURE, 0);
    return NDIS_STATUS_DEVICE_FAILED;
}

static VOID ApplyFilter(PADAPTER Adapter)
{
    ULONG accept = RX_CONFIG;

    if (Adapter->Filter & NDIS_PACKET_TYPE_DIRECTED) accept |= RX_ACCEPT_OWN;
    if (Adapter->Filter & NDIS_PACKET_TYPE_BROADCAST) accept |= RX_ACCEPT_BROADCAST;
    /* NDIS drops what no protocol asked for, so that all multicast frames may come in. */
    if (Adapter->Filter & (NDIS_PACKET_TYPE_MULTICAST | NDIS_PACKET_TYPE_ALL_MULTICAST)) accept |= RX_ACCEPT_MULTICAST;
    if (Adapter->Filter & NDIS_PACKET_TYPE_PROMISCUOUS) accept |= RX_ACCEPT_ALL | RX_ACCEPT_OWN | RX_ACCEPT_MULTICAST | RX_ACCEPT_BROADCAST;
    WRITE(Adapter, Ulong, REG_MULTICAST, 0xffffffff);
    WRITE(Adapter, Ulong, REG_MULTICAST + 4, 0xffffffff);
    WRITE(Adapter, Ulong, REG_RX_CONFIG, accept);
}

static VOID StartDevice(PADAPTER Adapter)
{
    Adapter->RxOffset = Adapter->TxNext = Adapter->TxOldest = Adapter->TxBusy = 0;
    Adapter->TxRefused = FALSE;
    WRITE(Adapter, Ulong, REG_RX_BUFFER, NdisGetPhysicalAddressLow(Adapter->RxPhysical));
    /* Before the receiver runs: what it tells from then on is new. */
    WRITE(Adapter, Ushort, REG_INTERRUPT_STATUS, 0xffff);
    WRITE(Adapter, Uchar, REG_COMMAND, COMMAND_TX_ENABLE | COMMAND_RX_ENABLE);
    WRITE(Adapter, Ulong, REG_TX_CONFIG, TX_CONFIG);
    ApplyFilter(Adapter);
    /* What a full ring kept out waits in QEMU until this is written. */
    WRITE(Adapter, Ushort, REG_RX_READ, (USHORT)-16);
    WRITE(Adapter, Ushort, REG_INTERRUPT_MASK, INTERRUPTS);
}

static VOID Free(PADAPTER Adapter)
{
    if (Adapter->HasInterrupt) NdisMDeregisterInterrupt(&Adapter->Interrupt);
    if (Adapter->RxBuffer != NULL) NdisMFreeSharedMemory(Adapter->Handle, RX_BUFFER, FALSE, Adapter->RxBuffer, Adapter->RxPhysical);
    if (Adapter->TxBuffer != NULL)
        NdisMFreeSharedMemory(Adapter->Handle, TX_SLOTS * TX_SLOT_SIZE, FALSE, Adapter->TxBuffer, Adapter->TxPhysical);
    if (Adapter->Ports != NULL) NdisMDeregisterIoPortRange(Adapter->Handle, Adapter->FirstPort, PORT_COUNT, Adapter->Ports);
    NdisFreeMemory(Adapter, sizeof *Adapter, 0);
}

static NDIS_STATUS Prepare(PADAPTER Adapter, NDIS_HANDLE Configuration)
{
    NDIS_STATUS status = FindResources(Adapter, Configuration);
    UINT index;

    if (status != NDIS_STATUS_SUCCESS) return status;
    status = NdisMRegisterIoPortRange(&Adapter->Ports, Adapter->Handle, Adapter->FirstPort, PORT_COUNT);
    if (status != NDIS_STATUS_SUCCESS) return status;
    status = ResetDevice(Adapter);
    if (status != NDIS_STATUS_SUCCESS) return status;
    for (index = 0; index < ETH_LENGTH_OF_ADDRESS; index++) READ(Adapter, Uchar, REG_ID + index, &Adapter->Address[index]);
    status = AllocateBuffers(Adapter);
    if (status != NDIS_STATUS_SUCCESS) return status;
    status = NdisMRegisterInterrupt(
        &Adapter->Interrupt, Adapter->Handle, Adapter->Vector, Adapter->Level, TRUE, TRUE, NdisInterruptLevelSensitive);
    if (status == NDIS_STATUS_SUCCESS) {
        Adapter->HasInterrupt = TRUE;
        StartDevice(Adapter);
    }
    return status;
}

static NDIS_STATUS Initialize(
    PNDIS_STATUS OpenErrorStatus, PUINT SelectedMediumIndex, PNDIS_MEDIUM MediumArray, UINT MediumArraySize, NDIS_HANDLE Handle,
    NDIS_HANDLE Configuration)
{
    NDIS_PHYSICAL_ADDRESS none = NDIS_PHYSICAL_ADDRESS_CONST(-1, -1);
    PADAPTER adapter;
    NDIS_STATUS status;
    UINT index;

    UNREFERENCED_PARAMETER(OpenErrorStatus);
    for (index = 0; index < MediumArraySize && MediumArray[index] != NdisMedium802_3; index++);
    if (index == MediumArraySize) return NDIS_STATUS_UNSUPPORTED_MEDIA;
    *SelectedMediumIndex = index;

    status = NdisAllocateMemory((PVOID *)&adapter, sizeof *adapter, 0, none);
    if (status != NDIS_STATUS_SUCCESS) return NDIS_STATUS_RESOURCES;
    NdisZeroMemory(adapter, sizeof *adapter);
    adapter->Handle = Handle;
    adapter->Lookahead = LONGEST_FRAME - ETHERNET_HEADER;
    NdisMSetAttributesEx(Handle, adapter, 0, NDIS_ATTRIBUTE_BUS_MASTER, NdisInterfacePci);

    status = Prepare(adapter, Configuration);
    if (status != NDIS_STATUS_SUCCESS) Free(adapter);
    return status;
}

static VOID StopDevice(PADAPTER Adapter)
{
    WRITE(Adapter, Ushort, REG_INTERRUPT_MASK, 0);
    WRITE(Adapter, Uchar, REG_COMMAND, 0);
}

static VOID Halt(NDIS_HANDLE Context)
{
    PADAPTER adapter = (PADAPTER)Context;

    StopDevice(adapter);
    Free(adapter);
}

static NDIS_STATUS Reset(PBOOLEAN AddressingReset, NDIS_HANDLE Context)
{
    PADAPTER adapter = (PADAPTER)Context;
    NDIS_STATUS status;

    *AddressingReset = FALSE;
    StopDevice(adapter);
    status = ResetDevice(adapter);
    if (status == NDIS_STATUS_SUCCESS) StartDevice(adapter);
    return status;
}

static VOID Isr(PBOOLEAN Recognized, PBOOLEAN Queue, NDIS_HANDLE Context)
{
    PADAPTER adapter = (PADAPTER)Context;
    USHORT status;

    READ(adapter, Ushort, REG_INTERRUPT_STATUS, &status);
    *Recognized = *Queue = (BOOLEAN)((status & INTERRUPTS) != 0 && status != 0xffff);
    if (!*Recognized) return;
    WRITE(adapter, Ushort, REG_INTERRUPT_STATUS, status);
    adapter->InterruptStatus |= status;
}

static VOID CompleteSends(PADAPTER Adapter)
{
    while (Adapter->TxBusy > 0) {
        ULONG status;
        READ(Adapter, Ulong, REG_TX_STATUS + 4 * Adapter->TxOldest, &status);
        if ((status & TX_STATUS_OWN) == 0) break;
        if (status & TX_STATUS_OK) Adapter->FramesSent++;
        else Adapter->SendErrors++;
        Adapter->TxOldest = (Adapter->TxOldest + 1) % TX_SLOTS;
        Adapter->TxBusy--;
    }
    if (Adapter->TxRefused && Adapter->TxBusy < TX_SLOTS) {
        Adapter->TxRefused = FALSE;
        NdisMSendResourcesAvailable(Adapter->Handle);
    }
}

static VOID Receive(PADAPTER Adapter)
{
    UCHAR command;

    for (;;) {
        PUCHAR entry = Adapter->RxBuffer + Adapter->RxOffset;
        USHORT status, length;
        READ(Adapter, Uchar, REG_COMMAND, &command);
        if (command & COMMAND_RX_EMPTY) return;
        NdisMoveMemory(&status, entry, sizeof status);
        NdisMoveMemory(&length, entry + 2, sizeof length);
        if ((status & RX_STATUS_OK) == 0 || length < SHORTEST_FRAME + CRC || length > LONGEST_FRAME + CRC) {
            /* What follows cannot be found any more: begin anew. */
            Adapter->ReceiveErrors++;
            if (ResetDevice(Adapter) == NDIS_STATUS_SUCCESS) StartDevice(Adapter);
            return;
        }
        Adapter->FramesReceived++;
        entry += 4;
        NdisMEthIndicateReceive(
            Adapter->Handle, entry, entry, ETHERNET_HEADER, entry + ETHERNET_HEADER, length - CRC - ETHERNET_HEADER, length - CRC - ETHERNET_HEADER);
        /* Frames begin at multiples of 4; the device counts 16 bytes behind (data sheet 5.8, CAPR). */
        Adapter->RxOffset = ((Adapter->RxOffset + 4 + length + 3) & ~3u) % RX_RING;
        WRITE(Adapter, Ushort, REG_RX_READ, (USHORT)(Adapter->RxOffset - 16));
    }
}

/* Where its receive configuration is written, the device begins anew at the start of its ring: the receiver rests, and what is there is taken first. */
static VOID ChangeFilter(PADAPTER Adapter)
{
    WRITE(Adapter, Uchar, REG_COMMAND, COMMAND_TX_ENABLE);
    Receive(Adapter);
    ApplyFilter(Adapter);
    Adapter->RxOffset = 0;
    WRITE(Adapter, Ushort, REG_RX_READ, (USHORT)-16);
    WRITE(Adapter, Uchar, REG_COMMAND, COMMAND_TX_ENABLE | COMMAND_RX_ENABLE);
}

static VOID HandleInterrupt(NDIS_HANDLE Context)
{
    PADAPTER adapter = (PADAPTER)Context;
    USHORT status = adapter->InterruptStatus;

    adapter->InterruptStatus = 0;
    if (status & (INTERRUPT_TX_OK | INTERRUPT_TX_ERROR)) CompleteSends(adapter);
    if (status & (INTERRUPT_RX_OK | INTERRUPT_RX_ERROR | INTERRUPT_RX_OVERFLOW | INTERRUPT_RX_FIFO)) {
        Receive(adapter);
        NdisMEthIndicateReceiveComplete(adapter->Handle);
    }
}

static NDIS_STATUS Send(NDIS_HANDLE Context, PNDIS_PACKET Packet, UINT Flags)
{
    PADAPTER adapter = (PADAPTER)Context;
    PUCHAR slot = adapter->TxBuffer + adapter->TxNext * TX_SLOT_SIZE;
    PNDIS_BUFFER buffer;
    UINT total, done = 0;

    UNREFERENCED_PARAMETER(Flags);
    if (adapter->TxBusy == TX_SLOTS) {
        adapter->TxRefused = TRUE;
        return NDIS_STATUS_RESOURCES;
    }
    NdisQueryPacket(Packet, NULL, NULL, &buffer, &total);
    if (total > LONGEST_FRAME) return NDIS_STATUS_INVALID_LENGTH;
    while (buffer != NULL) {
        PVOID bytes;
        UINT length;
        NdisQueryBuffer(buffer, &bytes, &length);
        NdisMoveMemory(slot + done, bytes, length);
        done += length;
        NdisGetNextBuffer(buffer, &buffer);
    }
    if (done < SHORTEST_FRAME) {
        NdisZeroMemory(slot + done, SHORTEST_FRAME - done);
        done = SHORTEST_FRAME;
    }
    WRITE(adapter, Ulong, REG_TX_ADDRESS + 4 * adapter->TxNext, NdisGetPhysicalAddressLow(adapter->TxPhysical) + adapter->TxNext * TX_SLOT_SIZE);
    WRITE(adapter, Ulong, REG_TX_STATUS + 4 * adapter->TxNext, done);
    adapter->TxNext = (adapter->TxNext + 1) % TX_SLOTS;
    adapter->TxBusy++;
    return NDIS_STATUS_SUCCESS;
}

static BOOLEAN NumberOf(PADAPTER Adapter, NDIS_OID Oid, PULONG Value)
{
    switch (Oid) {
        case OID_GEN_HARDWARE_STATUS: *Value = NdisHardwareStatusReady; return TRUE;
        case OID_GEN_MEDIA_SUPPORTED:
        case OID_GEN_MEDIA_IN_USE: *Value = NdisMedium802_3; return TRUE;
        case OID_GEN_MAXIMUM_LOOKAHEAD:
        case OID_GEN_MAXIMUM_FRAME_SIZE: *Value = LONGEST_FRAME - ETHERNET_HEADER; return TRUE;
        case OID_GEN_CURRENT_LOOKAHEAD: *Value = Adapter->Lookahead; return TRUE;
        case OID_GEN_LINK_SPEED: *Value = 1000000; return TRUE;
        case OID_GEN_TRANSMIT_BUFFER_SPACE: *Value = TX_SLOTS * TX_SLOT_SIZE; return TRUE;
        case OID_GEN_RECEIVE_BUFFER_SPACE: *Value = RX_RING; return TRUE;
        case OID_GEN_TRANSMIT_BLOCK_SIZE:
        case OID_GEN_RECEIVE_BLOCK_SIZE:
        case OID_GEN_MAXIMUM_TOTAL_SIZE: *Value = LONGEST_FRAME; return TRUE;
        case OID_GEN_VENDOR_ID: *Value = 0x00e04c; return TRUE;
        case OID_GEN_CURRENT_PACKET_FILTER: *Value = Adapter->Filter; return TRUE;
        case OID_GEN_MAC_OPTIONS:
            *Value = NDIS_MAC_OPTION_COPY_LOOKAHEAD_DATA | NDIS_MAC_OPTION_RECEIVE_SERIALIZED | NDIS_MAC_OPTION_TRANSFERS_NOT_PEND
                | NDIS_MAC_OPTION_NO_LOOPBACK;
            return TRUE;
        case OID_GEN_MEDIA_CONNECT_STATUS: *Value = NdisMediaStateConnected; return TRUE;
        case OID_GEN_MAXIMUM_SEND_PACKETS: *Value = 1; return TRUE;
        case OID_GEN_XMIT_OK: *Value = Adapter->FramesSent; return TRUE;
        case OID_GEN_RCV_OK: *Value = Adapter->FramesReceived; return TRUE;
        case OID_GEN_XMIT_ERROR: *Value = Adapter->SendErrors; return TRUE;
        case OID_GEN_RCV_ERROR: *Value = Adapter->ReceiveErrors; return TRUE;
        case OID_GEN_RCV_NO_BUFFER: READ(Adapter, Ulong, REG_MISSED, Value); *Value &= 0xffffff; return TRUE;
        case OID_802_3_MAXIMUM_LIST_SIZE: *Value = MOST_MULTICAST; return TRUE;
        case OID_802_3_RCV_ERROR_ALIGNMENT:
        case OID_802_3_XMIT_ONE_COLLISION:
        case OID_802_3_XMIT_MORE_COLLISIONS: *Value = 0; return TRUE;
        default: return FALSE;
    }
}

static NDIS_STATUS Query(NDIS_HANDLE Context, NDIS_OID Oid, PVOID Buffer, ULONG Length, PULONG Written, PULONG Needed)
{
    PADAPTER adapter = (PADAPTER)Context;
    const USHORT version = (NDIS_MINIPORT_MAJOR_VERSION << 8) | NDIS_MINIPORT_MINOR_VERSION;
    const void *source;
    ULONG number, size;

    if (Oid == OID_GEN_SUPPORTED_LIST) source = Oids, size = sizeof Oids;
    else if (Oid == OID_GEN_VENDOR_DESCRIPTION) source = Description, size = sizeof Description;
    else if (Oid == OID_GEN_DRIVER_VERSION) source = &version, size = sizeof version;
    else if (Oid == OID_802_3_PERMANENT_ADDRESS || Oid == OID_802_3_CURRENT_ADDRESS) source = adapter->Address, size = ETH_LENGTH_OF_ADDRESS;
    else if (Oid == OID_802_3_MULTICAST_LIST) source = Oids, size = 0;
    else if (NumberOf(adapter, Oid, &number)) source = &number, size = sizeof number;
    else return NDIS_STATUS_NOT_SUPPORTED;

    *Written = 0;
    *Needed = size;
    if (Length < size) return NDIS_STATUS_BUFFER_TOO_SHORT;
    NdisMoveMemory(Buffer, source, size);
    *Written = size;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS Set(NDIS_HANDLE Context, NDIS_OID Oid, PVOID Buffer, ULONG Length, PULONG Read, PULONG Needed)
{
    PADAPTER adapter = (PADAPTER)Context;

    *Read = 0;
    *Needed = sizeof(ULONG);
    switch (Oid) {
        case OID_802_3_MULTICAST_LIST:
            if (Length % ETH_LENGTH_OF_ADDRESS != 0) return NDIS_STATUS_INVALID_LENGTH;
            *Read = Length;
            return Length / ETH_LENGTH_OF_ADDRESS <= MOST_MULTICAST ? NDIS_STATUS_SUCCESS : NDIS_STATUS_MULTICAST_FULL;
        case OID_GEN_CURRENT_PACKET_FILTER:
            if (Length != sizeof(ULONG)) return NDIS_STATUS_INVALID_LENGTH;
            NdisMoveMemory(&adapter->Filter, Buffer, sizeof(ULONG));
            ChangeFilter(adapter);
            break;
        case OID_GEN_CURRENT_LOOKAHEAD:
            if (Length != sizeof(ULONG)) return NDIS_STATUS_INVALID_LENGTH;
            NdisMoveMemory(&adapter->Lookahead, Buffer, sizeof(ULONG));
            break;
        default:
            return NDIS_STATUS_NOT_SUPPORTED;
    }
    *Read = sizeof(ULONG);
    return NDIS_STATUS_SUCCESS;
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NDIS_MINIPORT_CHARACTERISTICS characteristics;
    NDIS_HANDLE wrapper;
    NDIS_STATUS status;

    NdisZeroMemory(&characteristics, sizeof characteristics);
    characteristics.MajorNdisVersion = NDIS_MINIPORT_MAJOR_VERSION;
    characteristics.MinorNdisVersion = NDIS_MINIPORT_MINOR_VERSION;
    characteristics.InitializeHandler = Initialize;
    characteristics.HaltHandler = Halt;
    characteristics.ResetHandler = Reset;
    characteristics.ISRHandler = Isr;
    characteristics.HandleInterruptHandler = HandleInterrupt;
    characteristics.SendHandler = Send;
    characteristics.QueryInformationHandler = Query;
    characteristics.SetInformationHandler = Set;

    NdisMInitializeWrapper(&wrapper, DriverObject, RegistryPath, NULL);
    status = NdisMRegisterMiniport(wrapper, &characteristics, sizeof characteristics);
    if (status != NDIS_STATUS_SUCCESS) NdisTerminateWrapper(wrapper, NULL);
    return status;
}
