/*
 * A miniport for the NE2000 on the ISA bus: a DP8390D (National Semiconductor's data sheet) with 16 KiB of memory of its own behind one data port. It
 * finds its ports and interrupt as drivers of its time do: by the keywords IoBaseAddress and InterruptNumber.
 */
#include <ndis.h>

enum {
    /* Registers of page 0 (data sheet, section 10), and the board's own two. */
    REG_COMMAND = 0x00,
    REG_PAGE_START = 0x01,
    REG_PAGE_STOP = 0x02,
    REG_BOUNDARY = 0x03,
    REG_TX_PAGE = 0x04,
    REG_TX_COUNT = 0x05,
    REG_INTERRUPT_STATUS = 0x07,
    REG_REMOTE_ADDRESS = 0x08,
    REG_REMOTE_COUNT = 0x0a,
    REG_RX_CONFIG = 0x0c,
    REG_TX_CONFIG = 0x0d,
    REG_DATA_CONFIG = 0x0e,
    REG_INTERRUPT_MASK = 0x0f,
    REG_DATA = 0x10,
    REG_RESET = 0x1f,
    PORT_COUNT = 0x20,
    /* Of page 1. */
    REG_ADDRESS = 0x01,
    REG_CURRENT = 0x07,
    REG_MULTICAST = 0x08,

    COMMAND_STOP = 0x21,
    COMMAND_START = 0x22,
    COMMAND_TRANSMIT = 0x26,
    COMMAND_REMOTE_READ = 0x0a,
    COMMAND_REMOTE_WRITE = 0x12,
    COMMAND_PAGE_1 = 0x40,

    INTERRUPT_RX = 0x01,
    INTERRUPT_TX = 0x02,
    INTERRUPT_TX_ERROR = 0x08,
    INTERRUPTS = INTERRUPT_RX | INTERRUPT_TX | INTERRUPT_TX_ERROR,

    RX_ACCEPT_BROADCAST = 0x04,
    RX_MONITOR = 0x20,
    TX_LOOPBACK = 0x02,
    /* Bytes, no loop-back, FIFO threshold of 8 bytes. */
    DATA_CONFIG = 0x48,

    TX_PAGE = 0x40,
    RX_FIRST = 0x46,
    RX_END = 0x80,
    PAGE = 256,
    PROM_LENGTH = 32,
    RX_HEADER = 4,
    ETHERNET_HEADER = 14,
    SHORTEST_FRAME = 60,
    LONGEST_FRAME = 1514
};

typedef struct _ADAPTER {
    NDIS_HANDLE Handle;
    NDIS_MINIPORT_INTERRUPT Interrupt;
    PVOID Ports;
    ULONG FirstPort, InterruptNumber;
    PNDIS_PACKET Sending;
    BOOLEAN Refused;
    UCHAR NextPage;
    UCHAR Address[ETH_LENGTH_OF_ADDRESS];
    ULONG FramesSent, FramesReceived, Interrupts;
    UCHAR Frame[LONGEST_FRAME];
} ADAPTER, *PADAPTER;

static UCHAR In(PADAPTER Adapter, ULONG Register)
{
    UCHAR value;

    NdisRawReadPortUchar((ULONG_PTR)Adapter->Ports + Register, &value);
    return value;
}

static VOID Out(PADAPTER Adapter, ULONG Register, UCHAR Value)
{
    NdisRawWritePortUchar((ULONG_PTR)Adapter->Ports + Register, Value);
}

static VOID SetRemote(PADAPTER Adapter, USHORT Address, USHORT Length, UCHAR Command)
{
    Out(Adapter, REG_REMOTE_COUNT, (UCHAR)Length);
    Out(Adapter, REG_REMOTE_COUNT + 1, (UCHAR)(Length >> 8));
    Out(Adapter, REG_REMOTE_ADDRESS, (UCHAR)Address);
    Out(Adapter, REG_REMOTE_ADDRESS + 1, (UCHAR)(Address >> 8));
    Out(Adapter, REG_COMMAND, Command);
}

static VOID ReadCard(PADAPTER Adapter, USHORT Address, PVOID Target, USHORT Length)
{
    SetRemote(Adapter, Address, Length, COMMAND_REMOTE_READ);
    NdisRawReadPortBufferUchar((ULONG_PTR)Adapter->Ports + REG_DATA, Target, Length);
}

static NDIS_STATUS ReadParameters(PADAPTER Adapter, NDIS_HANDLE Configuration)
{
    NDIS_STRING port = NDIS_STRING_CONST("IoBaseAddress"), interrupt = NDIS_STRING_CONST("InterruptNumber");
    PNDIS_CONFIGURATION_PARAMETER value;
    NDIS_HANDLE handle;
    NDIS_STATUS status;

    NdisOpenConfiguration(&status, &handle, Configuration);
    if (status != NDIS_STATUS_SUCCESS) return status;
    NdisReadConfiguration(&status, &value, handle, &port, NdisParameterHexInteger);
    if (status == NDIS_STATUS_SUCCESS) {
        Adapter->FirstPort = value->ParameterData.IntegerData;
        NdisReadConfiguration(&status, &value, handle, &interrupt, NdisParameterInteger);
        if (status == NDIS_STATUS_SUCCESS) Adapter->InterruptNumber = value->ParameterData.IntegerData;
    }
    NdisCloseConfiguration(handle);
    return status;
}

/* The card doubles each byte of its PROM: the station's address is in the even ones. */
static NDIS_STATUS ReadAddress(PADAPTER Adapter)
{
    UCHAR prom[PROM_LENGTH], any = 0;
    UINT index;

    Out(Adapter, REG_RESET, In(Adapter, REG_RESET));
    NdisStallExecution(20);
    Out(Adapter, REG_COMMAND, COMMAND_STOP);
    Out(Adapter, REG_DATA_CONFIG, DATA_CONFIG);
    Out(Adapter, REG_RX_CONFIG, RX_MONITOR);
    Out(Adapter, REG_TX_CONFIG, TX_LOOPBACK);
    Out(Adapter, REG_INTERRUPT_MASK, 0);
    ReadCard(Adapter, 0, prom, sizeof prom);
    for (index = 0; index < ETH_LENGTH_OF_ADDRESS; index++) any |= Adapter->Address[index] = prom[2 * index];
    return any != 0 && Adapter->Address[0] != 0xff ? NDIS_STATUS_SUCCESS : NDIS_STATUS_ADAPTER_NOT_FOUND;
}

static VOID Start(PADAPTER Adapter)
{
    UINT index;

    Out(Adapter, REG_PAGE_START, RX_FIRST);
    Out(Adapter, REG_PAGE_STOP, RX_END);
    Out(Adapter, REG_BOUNDARY, RX_FIRST);
    Out(Adapter, REG_COMMAND, COMMAND_STOP | COMMAND_PAGE_1);
    for (index = 0; index < ETH_LENGTH_OF_ADDRESS; index++) Out(Adapter, REG_ADDRESS + index, Adapter->Address[index]);
    for (index = 0; index < 8; index++) Out(Adapter, REG_MULTICAST + index, 0xff);
    Adapter->NextPage = RX_FIRST + 1;
    Out(Adapter, REG_CURRENT, Adapter->NextPage);
    Out(Adapter, REG_COMMAND, COMMAND_START);
    Out(Adapter, REG_RX_CONFIG, RX_ACCEPT_BROADCAST);
    Out(Adapter, REG_TX_CONFIG, 0);
    Out(Adapter, REG_INTERRUPT_STATUS, 0xff);
    Out(Adapter, REG_INTERRUPT_MASK, INTERRUPTS);
}

static VOID Free(PADAPTER Adapter)
{
    if (Adapter->Ports != NULL) NdisMDeregisterIoPortRange(Adapter->Handle, Adapter->FirstPort, PORT_COUNT, Adapter->Ports);
    NdisFreeMemory(Adapter, sizeof *Adapter, 0);
}

static NDIS_STATUS Prepare(PADAPTER Adapter, NDIS_HANDLE Configuration)
{
    NDIS_STATUS status = ReadParameters(Adapter, Configuration);

    if (status != NDIS_STATUS_SUCCESS) return status;
    status = NdisMRegisterIoPortRange(&Adapter->Ports, Adapter->Handle, Adapter->FirstPort, PORT_COUNT);
    if (status != NDIS_STATUS_SUCCESS) return status;
    status = ReadAddress(Adapter);
    if (status != NDIS_STATUS_SUCCESS) return status;
    status = NdisMRegisterInterrupt(
        &Adapter->Interrupt, Adapter->Handle, Adapter->InterruptNumber, Adapter->InterruptNumber, TRUE, FALSE, NdisInterruptLatched);
    if (status == NDIS_STATUS_SUCCESS) Start(Adapter);
    return status;
}

static NDIS_STATUS Initialize(PNDIS_STATUS Error, PUINT Selected, PNDIS_MEDIUM Media, UINT Count, NDIS_HANDLE Handle, NDIS_HANDLE Configuration)
{
    NDIS_STATUS status;
    PADAPTER adapter;

    UNREFERENCED_PARAMETER(Error), UNREFERENCED_PARAMETER(Media), UNREFERENCED_PARAMETER(Count);
    *Selected = 0;
    if (NdisAllocateMemoryWithTag((PVOID *)&adapter, sizeof *adapter, '02EN') != NDIS_STATUS_SUCCESS) return NDIS_STATUS_RESOURCES;
    NdisZeroMemory(adapter, sizeof *adapter);
    adapter->Handle = Handle;
    NdisMSetAttributes(Handle, adapter, FALSE, NdisInterfaceIsa);
    status = Prepare(adapter, Configuration);
    if (status != NDIS_STATUS_SUCCESS) Free(adapter);
    return status;
}

static VOID Halt(NDIS_HANDLE Context)
{
    PADAPTER adapter = (PADAPTER)Context;

    Out(adapter, REG_INTERRUPT_MASK, 0);
    Out(adapter, REG_COMMAND, COMMAND_STOP);
    NdisMDeregisterInterrupt(&adapter->Interrupt);
    DbgPrint("%u interrupts\n", adapter->Interrupts);
    Free(adapter);
}

static NDIS_STATUS Reset(PBOOLEAN AddressingReset, NDIS_HANDLE Context)
{
    *AddressingReset = FALSE;
    Out((PADAPTER)Context, REG_COMMAND, COMMAND_STOP);
    Start((PADAPTER)Context);
    return NDIS_STATUS_SUCCESS;
}

static VOID Isr(PBOOLEAN Recognized, PBOOLEAN Queue, NDIS_HANDLE Context)
{
    PADAPTER adapter = (PADAPTER)Context;

    *Recognized = *Queue = (BOOLEAN)((In(adapter, REG_INTERRUPT_STATUS) & INTERRUPTS) != 0);
    if (!*Recognized) return;
    adapter->Interrupts++;
    Out(adapter, REG_INTERRUPT_MASK, 0);
}

static UCHAR CurrentPage(PADAPTER Adapter)
{
    UCHAR page;

    Out(Adapter, REG_COMMAND, COMMAND_START | COMMAND_PAGE_1);
    page = In(Adapter, REG_CURRENT);
    Out(Adapter, REG_COMMAND, COMMAND_START);
    return page;
}

/* A frame that reaches beyond the ring's end goes on at its start; the card does the same when it is read (data sheet, section 7). */
static VOID Receive(PADAPTER Adapter)
{
    while (Adapter->NextPage != CurrentPage(Adapter)) {
        UCHAR header[RX_HEADER];
        USHORT length;

        ReadCard(Adapter, (USHORT)(Adapter->NextPage * PAGE), header, sizeof header);
        length = (USHORT)(header[2] | header[3] << 8);
        if (length >= RX_HEADER + ETHERNET_HEADER && length - RX_HEADER <= LONGEST_FRAME) {
            length = (USHORT)(length - RX_HEADER);
            ReadCard(Adapter, (USHORT)(Adapter->NextPage * PAGE + RX_HEADER), Adapter->Frame, length);
            Adapter->FramesReceived++;
            NdisMEthIndicateReceive(
                Adapter->Handle, Adapter, Adapter->Frame, ETHERNET_HEADER, Adapter->Frame + ETHERNET_HEADER, length - ETHERNET_HEADER, length - ETHERNET_HEADER);
        }
        Adapter->NextPage = header[1];
        Out(Adapter, REG_BOUNDARY, (UCHAR)(Adapter->NextPage == RX_FIRST ? RX_END - 1 : Adapter->NextPage - 1));
    }
    NdisMEthIndicateReceiveComplete(Adapter->Handle);
}

static VOID HandleInterrupt(NDIS_HANDLE Context)
{
    PADAPTER adapter = (PADAPTER)Context;
    UCHAR status = In(adapter, REG_INTERRUPT_STATUS);

    Out(adapter, REG_INTERRUPT_STATUS, status);
    if ((status & (INTERRUPT_TX | INTERRUPT_TX_ERROR)) && adapter->Sending != NULL) {
        PNDIS_PACKET sent = adapter->Sending;
        adapter->Sending = NULL;
        adapter->FramesSent++;
        NdisMSendComplete(adapter->Handle, sent, status & INTERRUPT_TX ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE);
    }
    if (status & INTERRUPT_RX) Receive(adapter);
    if (adapter->Refused && adapter->Sending == NULL) {
        adapter->Refused = FALSE;
        NdisMSendResourcesAvailable(adapter->Handle);
    }
    Out(adapter, REG_INTERRUPT_MASK, INTERRUPTS);
}

static NDIS_STATUS Send(NDIS_HANDLE Context, PNDIS_PACKET Packet, UINT Flags)
{
    PADAPTER adapter = (PADAPTER)Context;
    static const UCHAR padding[SHORTEST_FRAME];
    PNDIS_BUFFER buffer;
    UINT total, length;

    UNREFERENCED_PARAMETER(Flags);
    if (adapter->Sending != NULL) {
        adapter->Refused = TRUE;
        return NDIS_STATUS_RESOURCES;
    }
    NdisQueryPacket(Packet, NULL, NULL, &buffer, &total);
    if (total > LONGEST_FRAME) return NDIS_STATUS_INVALID_LENGTH;
    length = total < SHORTEST_FRAME ? SHORTEST_FRAME : total;
    SetRemote(adapter, TX_PAGE * PAGE, (USHORT)length, COMMAND_REMOTE_WRITE);
    while (buffer != NULL) {
        PVOID bytes;
        UINT part;
        NdisQueryBuffer(buffer, &bytes, &part);
        NdisRawWritePortBufferUchar((ULONG_PTR)adapter->Ports + REG_DATA, bytes, part);
        NdisGetNextBuffer(buffer, &buffer);
    }
    if (total < length) NdisRawWritePortBufferUchar((ULONG_PTR)adapter->Ports + REG_DATA, padding, length - total);
    adapter->Sending = Packet;
    Out(adapter, REG_TX_PAGE, TX_PAGE);
    Out(adapter, REG_TX_COUNT, (UCHAR)length);
    Out(adapter, REG_TX_COUNT + 1, (UCHAR)(length >> 8));
    Out(adapter, REG_COMMAND, COMMAND_TRANSMIT);
    return NDIS_STATUS_PENDING;
}

static NDIS_STATUS Query(NDIS_HANDLE Context, NDIS_OID Oid, PVOID Buffer, ULONG Length, PULONG Written, PULONG Needed)
{
    PADAPTER adapter = (PADAPTER)Context;
    const void *source;
    ULONG number, size = sizeof number;

    source = &number;
    switch (Oid) {
        case OID_802_3_PERMANENT_ADDRESS:
        case OID_802_3_CURRENT_ADDRESS: source = adapter->Address, size = ETH_LENGTH_OF_ADDRESS; break;
        case OID_GEN_MEDIA_SUPPORTED:
        case OID_GEN_MEDIA_IN_USE: number = NdisMedium802_3; break;
        case OID_GEN_MAXIMUM_FRAME_SIZE: number = LONGEST_FRAME - ETHERNET_HEADER; break;
        case OID_GEN_LINK_SPEED: number = 100000; break;
        case OID_GEN_XMIT_OK: number = adapter->FramesSent; break;
        case OID_GEN_RCV_OK: number = adapter->FramesReceived; break;
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

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NDIS_MINIPORT_CHARACTERISTICS characteristics;
    NDIS_HANDLE wrapper;

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
    return NdisMRegisterMiniport(wrapper, &characteristics, sizeof characteristics);
}
