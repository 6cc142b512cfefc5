/*
 * A protocol: it answers ARP and ICMP echo requests for an address, and pings another. Its parameters, by --set, with what holds without them:
 * Address=10.0.2.15, Target=10.0.2.2 (or none), Count=10, Timeout=1000 (milliseconds).
 *
 *     nonpaged run ./ping.so --over e1000 --hold 2
 */
#include <ndis.h>

enum {
    TAG = 'gniP', PACKETS = 256, LONGEST = 1514, ETHERNET_HEADER = 14, ARP_LENGTH = 28, IP_HEADER = 20, ICMP_HEADER = 8, ECHO_DATA = 32,
    SHORTEST = 60, TYPE_IP = 0x0800, TYPE_ARP = 0x0806, ICMP_ECHO_REPLY = 0, ICMP_ECHO = 8, IP_ICMP = 1, IDENTIFIER = 0x4e50, MOST_TRIES = 25, ARP_TIMEOUT = 200
};

typedef enum _STATE { Idle, Resolving, Pinging, Asleep } STATE;

typedef struct _PING {
    NDIS_HANDLE Binding;
    NDIS_HANDLE Packets;
    NDIS_HANDLE Buffers;
    NDIS_SPIN_LOCK Lock;
    NDIS_EVENT Done;         /* what pended has ended */
    NDIS_STATUS Status;
    NDIS_TIMER Timer;
    STATE State, Before;
    BOOLEAN IsAwaiting;      /* the last ping's answer */
    BOOLEAN IsTimed;         /* the timer is set, or its function is on the way */
    BOOLEAN IsClosing;       /* who leaves last sets Done */
    ULONG Sending;           /* threads in Go */
    UCHAR Mac[ETH_LENGTH_OF_ADDRESS], TargetMac[ETH_LENGTH_OF_ADDRESS];
    ULONG Address, Target;   /* as in a frame */
    ULONG Count, Timeout, Sent, Answered, Tries, Requests;
} PING, *PPING;

static NDIS_HANDLE Protocol;

/* Numbers in frames, which are at any address, and have their high byte first. */

static USHORT Get16(const UCHAR *At)
{
    return (USHORT)(At[0] << 8 | At[1]);
}

static VOID Put16(PUCHAR At, USHORT Value)
{
    At[0] = (UCHAR)(Value >> 8);
    At[1] = (UCHAR)Value;
}

static USHORT Checksum(const UCHAR *At, UINT Length)
{
    ULONG sum = 0;
    UINT index;

    for (index = 0; index + 1 < Length; index += 2) sum += Get16(At + index);
    if (Length & 1) sum += (ULONG)At[Length - 1] << 8;
    while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
    return (USHORT)~sum;
}

/* Sends. A frame's memory, buffer and packet live until the send is complete. */

static VOID FreePacket(PNDIS_PACKET Packet)
{
    PNDIS_BUFFER buffer;
    PVOID frame;
    UINT length;

    NdisUnchainBufferAtFront(Packet, &buffer);
    NdisQueryBuffer(buffer, &frame, &length);
    NdisFreeBuffer(buffer);
    NdisFreePacket(Packet);
    NdisFreeMemory(frame, LONGEST, 0);
}

static VOID Send(PPING Ping, const UCHAR *Frame, UINT Length)
{
    PNDIS_PACKET packet;
    PNDIS_BUFFER buffer;
    NDIS_STATUS status;
    PUCHAR copy;

    if (NdisAllocateMemoryWithTag((PVOID *)&copy, LONGEST, TAG) != NDIS_STATUS_SUCCESS) return;
    NdisZeroMemory(copy, SHORTEST);
    NdisMoveMemory(copy, Frame, Length);
    NdisAllocatePacket(&status, &packet, Ping->Packets);
    if (status == NDIS_STATUS_SUCCESS) {
        NdisAllocateBuffer(&status, &buffer, Ping->Buffers, copy, Length < SHORTEST ? SHORTEST : Length);
        if (status != NDIS_STATUS_SUCCESS) NdisFreePacket(packet);
    }
    if (status != NDIS_STATUS_SUCCESS) {
        NdisFreeMemory(copy, LONGEST, 0);
        return;
    }
    NdisChainBufferAtFront(packet, buffer);
    NdisSend(&status, Ping->Binding, packet);
    if (status != NDIS_STATUS_PENDING) FreePacket(packet);
}

static VOID PutEthernet(PPING Ping, PUCHAR Frame, const UCHAR *To, USHORT Type)
{
    NdisMoveMemory(Frame, To, ETH_LENGTH_OF_ADDRESS);
    NdisMoveMemory(Frame + 6, Ping->Mac, ETH_LENGTH_OF_ADDRESS);
    Put16(Frame + 12, Type);
}

static VOID SendArp(PPING Ping, USHORT Operation, const UCHAR *To, ULONG Address)
{
    static const UCHAR broadcast[ETH_LENGTH_OF_ADDRESS] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
    UCHAR frame[ETHERNET_HEADER + ARP_LENGTH] = { 0 };
    PUCHAR arp = frame + ETHERNET_HEADER;

    PutEthernet(Ping, frame, To == NULL ? broadcast : To, TYPE_ARP);
    Put16(arp, 1);
    Put16(arp + 2, TYPE_IP);
    arp[4] = ETH_LENGTH_OF_ADDRESS;
    arp[5] = sizeof(ULONG);
    Put16(arp + 6, Operation);
    NdisMoveMemory(arp + 8, Ping->Mac, ETH_LENGTH_OF_ADDRESS);
    NdisMoveMemory(arp + 14, &Ping->Address, sizeof(ULONG));
    if (To != NULL) NdisMoveMemory(arp + 18, To, ETH_LENGTH_OF_ADDRESS);
    NdisMoveMemory(arp + 24, &Address, sizeof(ULONG));
    Send(Ping, frame, sizeof frame);
}

static VOID SendEcho(PPING Ping, USHORT Sequence)
{
    UCHAR frame[ETHERNET_HEADER + IP_HEADER + ICMP_HEADER + ECHO_DATA] = { 0 };
    PUCHAR ip = frame + ETHERNET_HEADER, icmp = ip + IP_HEADER;
    UINT index;

    PutEthernet(Ping, frame, Ping->TargetMac, TYPE_IP);
    ip[0] = 0x45;
    Put16(ip + 2, IP_HEADER + ICMP_HEADER + ECHO_DATA);
    ip[8] = 64;
    ip[9] = IP_ICMP;
    NdisMoveMemory(ip + 12, &Ping->Address, sizeof(ULONG));
    NdisMoveMemory(ip + 16, &Ping->Target, sizeof(ULONG));
    Put16(ip + 10, Checksum(ip, IP_HEADER));
    icmp[0] = ICMP_ECHO;
    Put16(icmp + 4, IDENTIFIER);
    Put16(icmp + 6, Sequence);
    for (index = 0; index < ECHO_DATA; index++) icmp[ICMP_HEADER + index] = (UCHAR)('a' + index % 26);
    Put16(icmp + 2, Checksum(icmp, ICMP_HEADER + ECHO_DATA));
    Send(Ping, frame, sizeof frame);
}

/* What is to be done next, and when again. */

/* The timer is given up, or a thread has sent. */
static VOID Leave(PPING Ping, BOOLEAN IsTimer)
{
    BOOLEAN isLast;

    NdisAcquireSpinLock(&Ping->Lock);
    if (IsTimer) Ping->IsTimed = FALSE;
    else Ping->Sending--;
    isLast = (BOOLEAN)(Ping->IsClosing && !Ping->IsTimed && Ping->Sending == 0);
    NdisReleaseSpinLock(&Ping->Lock);
    if (isLast) NdisSetEvent(&Ping->Done);
}

/* For who has the timer: it is not set, and no other thread sets it. */
static VOID Go(PPING Ping)
{
    STATE state;
    ULONG next = 0;
    BOOLEAN isOver = FALSE;

    NdisAcquireSpinLock(&Ping->Lock);
    if (Ping->State == Resolving && Ping->Tries++ == MOST_TRIES) Ping->State = Idle, isOver = TRUE;
    if (Ping->State == Pinging && Ping->Sent == Ping->Count) Ping->State = Idle, isOver = TRUE;
    state = Ping->State;
    if (state == Pinging) next = ++Ping->Sent, Ping->IsAwaiting = TRUE;
    if (state == Resolving || state == Pinging) Ping->Sending++;
    NdisReleaseSpinLock(&Ping->Lock);
    if (isOver) DbgPrint("%d of %d pings answered, %d requests answered\n", Ping->Answered, Ping->Count, Ping->Requests);
    if (state != Resolving && state != Pinging) {
        Leave(Ping, TRUE);
        return;
    }
    /* From here on the timer's function has it, which may run before this one has sent. */
    NdisSetTimer(&Ping->Timer, state == Resolving ? ARP_TIMEOUT : Ping->Timeout);
    if (state == Resolving) SendArp(Ping, 1, NULL, Ping->Target);
    else SendEcho(Ping, (USHORT)next);
    Leave(Ping, FALSE);
}

/* Without waiting for the timer. Where it cannot be cancelled its function goes on. */
static VOID GoNow(PPING Ping)
{
    BOOLEAN wasSet;

    NdisCancelTimer(&Ping->Timer, &wasSet);
    if (wasSet) Go(Ping);
}

static VOID TimerFunction(PVOID First, PVOID Context, PVOID Second, PVOID Third)
{
    UNREFERENCED_PARAMETER(First), UNREFERENCED_PARAMETER(Second), UNREFERENCED_PARAMETER(Third);
    Go((PPING)Context);
}

/* Receives. */

static VOID ReceiveArp(PPING Ping, const UCHAR *Arp, UINT Length)
{
    BOOLEAN isResolved = FALSE;
    ULONG sender;

    if (Length < ARP_LENGTH || Get16(Arp + 2) != TYPE_IP) return;
    NdisMoveMemory(&sender, Arp + 14, sizeof sender);
    if (Get16(Arp + 6) == 1 && NdisEqualMemory(Arp + 24, &Ping->Address, sizeof(ULONG))) SendArp(Ping, 2, Arp + 8, sender);
    NdisAcquireSpinLock(&Ping->Lock);
    if (Get16(Arp + 6) == 2 && Ping->State == Resolving && sender == Ping->Target) {
        NdisMoveMemory(Ping->TargetMac, Arp + 8, ETH_LENGTH_OF_ADDRESS);
        Ping->State = Pinging;
        isResolved = TRUE;
    }
    NdisReleaseSpinLock(&Ping->Lock);
    if (isResolved) GoNow(Ping);
}

static VOID AnswerEcho(PPING Ping, const UCHAR *Frame, UINT Length)
{
    UCHAR answer[LONGEST];
    PUCHAR ip = answer + ETHERNET_HEADER, icmp = ip + IP_HEADER;
    UINT total = Get16(Frame + ETHERNET_HEADER + 2);

    if (total + ETHERNET_HEADER > Length || total < IP_HEADER + ICMP_HEADER) return;
    NdisMoveMemory(answer, Frame, ETHERNET_HEADER + total);
    PutEthernet(Ping, answer, Frame + 6, TYPE_IP);
    NdisMoveMemory(ip + 16, Frame + ETHERNET_HEADER + 12, sizeof(ULONG));
    NdisMoveMemory(ip + 12, &Ping->Address, sizeof(ULONG));
    icmp[0] = ICMP_ECHO_REPLY;
    Put16(icmp + 2, 0);
    Put16(icmp + 2, Checksum(icmp, total - IP_HEADER));
    NdisInterlockedIncrement(&Ping->Requests);
    Send(Ping, answer, ETHERNET_HEADER + total);
}

static VOID ReceiveIp(PPING Ping, const UCHAR *Frame, UINT Length)
{
    const UCHAR *ip = Frame + ETHERNET_HEADER, *icmp = ip + IP_HEADER;
    BOOLEAN isAnswered = FALSE;

    if (Length < ETHERNET_HEADER + IP_HEADER + ICMP_HEADER || ip[0] != 0x45 || ip[9] != IP_ICMP) return;
    if (!NdisEqualMemory(ip + 16, &Ping->Address, sizeof(ULONG))) return;
    if (icmp[0] == ICMP_ECHO) AnswerEcho(Ping, Frame, Length);
    if (icmp[0] != ICMP_ECHO_REPLY || Get16(icmp + 4) != IDENTIFIER) return;
    NdisAcquireSpinLock(&Ping->Lock);
    if (Ping->State == Pinging && Ping->IsAwaiting && Get16(icmp + 6) == (USHORT)Ping->Sent) {
        Ping->IsAwaiting = FALSE;
        Ping->Answered++;
        isAnswered = TRUE;
    }
    NdisReleaseSpinLock(&Ping->Lock);
    if (isAnswered) GoNow(Ping);
}

static VOID ReceiveFrame(PPING Ping, const UCHAR *Frame, UINT Length)
{
    if (Get16(Frame + 12) == TYPE_ARP) ReceiveArp(Ping, Frame + ETHERNET_HEADER, Length - ETHERNET_HEADER);
    if (Get16(Frame + 12) == TYPE_IP) ReceiveIp(Ping, Frame, Length);
}

static INT ProtocolReceivePacket(NDIS_HANDLE Context, PNDIS_PACKET Packet)
{
    UCHAR frame[LONGEST];
    PNDIS_BUFFER buffer;
    UINT total, at = 0;

    NdisQueryPacket(Packet, NULL, NULL, &buffer, &total);
    if (total > sizeof frame || total < ETHERNET_HEADER) return 0;
    while (buffer != NULL) {
        PVOID bytes;
        UINT length;
        NdisQueryBuffer(buffer, &bytes, &length);
        NdisMoveMemory(frame + at, bytes, length);
        at += length;
        NdisGetNextBuffer(buffer, &buffer);
    }
    ReceiveFrame((PPING)Context, frame, total);
    /* The packet is not kept. */
    return 0;
}

/* The rest of a frame that is not all there, into a packet of ours. */
static BOOLEAN Transfer(PPING Ping, NDIS_HANDLE Receive, PUCHAR To, UINT Size)
{
    NDIS_STATUS status;
    PNDIS_PACKET packet;
    PNDIS_BUFFER buffer;
    UINT transferred = 0;

    NdisAllocatePacket(&status, &packet, Ping->Packets);
    if (status != NDIS_STATUS_SUCCESS) return FALSE;
    NdisAllocateBuffer(&status, &buffer, Ping->Buffers, To, Size);
    if (status == NDIS_STATUS_SUCCESS) {
        NdisChainBufferAtFront(packet, buffer);
        NdisTransferData(&status, Ping->Binding, Receive, 0, Size, packet, &transferred);
        NdisUnchainBufferAtFront(packet, &buffer);
        NdisFreeBuffer(buffer);
    }
    NdisFreePacket(packet);
    return (BOOLEAN)(status == NDIS_STATUS_SUCCESS && transferred == Size);
}

static NDIS_STATUS ProtocolReceive(
    NDIS_HANDLE Context, NDIS_HANDLE Receive, PVOID Header, UINT HeaderSize, PVOID Ahead, UINT AheadSize, UINT Size)
{
    UCHAR frame[LONGEST];

    if (HeaderSize != ETHERNET_HEADER || Size + HeaderSize > sizeof frame) return NDIS_STATUS_NOT_ACCEPTED;
    NdisMoveMemory(frame, Header, HeaderSize);
    if (AheadSize >= Size) NdisMoveMemory(frame + HeaderSize, Ahead, Size);
    else if (!Transfer((PPING)Context, Receive, frame + HeaderSize, Size)) return NDIS_STATUS_NOT_ACCEPTED;
    ReceiveFrame((PPING)Context, frame, HeaderSize + Size);
    return NDIS_STATUS_SUCCESS;
}

static VOID ProtocolReceiveComplete(NDIS_HANDLE Context)
{
    UNREFERENCED_PARAMETER(Context);
}

/* What pends, and its ends. */

static VOID End(PPING Ping, NDIS_STATUS Status)
{
    Ping->Status = Status;
    NdisSetEvent(&Ping->Done);
}

static VOID ProtocolOpenAdapterComplete(NDIS_HANDLE Context, NDIS_STATUS Status, NDIS_STATUS OpenError)
{
    UNREFERENCED_PARAMETER(OpenError);
    End((PPING)Context, Status);
}

static VOID ProtocolCloseAdapterComplete(NDIS_HANDLE Context, NDIS_STATUS Status)
{
    End((PPING)Context, Status);
}

static VOID ProtocolRequestComplete(NDIS_HANDLE Context, PNDIS_REQUEST Request, NDIS_STATUS Status)
{
    UNREFERENCED_PARAMETER(Request);
    End((PPING)Context, Status);
}

static VOID ProtocolResetComplete(NDIS_HANDLE Context, NDIS_STATUS Status)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Status);
}

static VOID ProtocolSendComplete(NDIS_HANDLE Context, PNDIS_PACKET Packet, NDIS_STATUS Status)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Status);
    FreePacket(Packet);
}

/* All miniports here transfer at once. */
static VOID ProtocolTransferDataComplete(NDIS_HANDLE Context, PNDIS_PACKET Packet, NDIS_STATUS Status, UINT Transferred)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Packet), UNREFERENCED_PARAMETER(Status), UNREFERENCED_PARAMETER(Transferred);
}

static VOID ProtocolStatus(NDIS_HANDLE Context, NDIS_STATUS Status, PVOID Buffer, UINT Length)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Buffer), UNREFERENCED_PARAMETER(Length);
    if (Status == NDIS_STATUS_MEDIA_CONNECT) DbgPrint("the link is up\n");
    if (Status == NDIS_STATUS_MEDIA_DISCONNECT) DbgPrint("the link is down\n");
}

static VOID ProtocolStatusComplete(NDIS_HANDLE Context)
{
    UNREFERENCED_PARAMETER(Context);
}

static NDIS_STATUS Request(PPING Ping, NDIS_REQUEST_TYPE Type, NDIS_OID Oid, PVOID Buffer, UINT Length)
{
    NDIS_REQUEST request;
    NDIS_STATUS status;

    NdisZeroMemory(&request, sizeof request);
    request.RequestType = Type;
    request.DATA.QUERY_INFORMATION.Oid = Oid;
    request.DATA.QUERY_INFORMATION.InformationBuffer = Buffer;
    request.DATA.QUERY_INFORMATION.InformationBufferLength = Length;
    NdisResetEvent(&Ping->Done);
    NdisRequest(&status, Ping->Binding, &request);
    if (status == NDIS_STATUS_PENDING) {
        NdisWaitEvent(&Ping->Done, 0);
        status = Ping->Status;
    }
    return status;
}

/* Bindings. */

/* Four numbers with dots between; what it was before, where the text is another. */
static VOID ReadAddress(NDIS_HANDLE Configuration, PNDIS_STRING Keyword, PULONG Address)
{
    PNDIS_CONFIGURATION_PARAMETER value;
    NDIS_STATUS status;
    UCHAR bytes[4] = { 0 };
    UINT index, byte = 0;

    NdisReadConfiguration(&status, &value, Configuration, Keyword, NdisParameterString);
    if (status != NDIS_STATUS_SUCCESS) return;
    for (index = 0; index < value->ParameterData.StringData.Length / sizeof(WCHAR) && byte < sizeof bytes; index++) {
        WCHAR letter = value->ParameterData.StringData.Buffer[index];
        if (letter == '.') byte++;
        else if (letter >= '0' && letter <= '9') bytes[byte] = (UCHAR)(bytes[byte] * 10 + letter - '0');
        else byte = sizeof bytes;
    }
    if (byte == sizeof bytes - 1) NdisMoveMemory(Address, bytes, sizeof bytes);
    else *Address = 0;
}

static VOID ReadNumber(NDIS_HANDLE Configuration, PNDIS_STRING Keyword, PULONG Number)
{
    PNDIS_CONFIGURATION_PARAMETER value;
    NDIS_STATUS status;

    NdisReadConfiguration(&status, &value, Configuration, Keyword, NdisParameterInteger);
    if (status == NDIS_STATUS_SUCCESS) *Number = value->ParameterData.IntegerData;
}

static VOID ReadParameters(PPING Ping, PVOID Section)
{
    static const UCHAR address[4] = { 10, 0, 2, 15 }, target[4] = { 10, 0, 2, 2 };
    NDIS_STRING addressKey = NDIS_STRING_CONST("Address"), targetKey = NDIS_STRING_CONST("Target");
    NDIS_STRING countKey = NDIS_STRING_CONST("Count"), timeoutKey = NDIS_STRING_CONST("Timeout");
    NDIS_HANDLE configuration;
    NDIS_STATUS status;

    NdisMoveMemory(&Ping->Address, address, sizeof address);
    NdisMoveMemory(&Ping->Target, target, sizeof target);
    Ping->Count = 10;
    Ping->Timeout = 1000;
    NdisOpenProtocolConfiguration(&status, &configuration, (PNDIS_STRING)Section);
    if (status != NDIS_STATUS_SUCCESS) return;
    ReadAddress(configuration, &addressKey, &Ping->Address);
    ReadAddress(configuration, &targetKey, &Ping->Target);
    ReadNumber(configuration, &countKey, &Ping->Count);
    ReadNumber(configuration, &timeoutKey, &Ping->Timeout);
    NdisCloseConfiguration(configuration);
}

static VOID Free(PPING Ping)
{
    if (Ping->Packets != NULL) NdisFreePacketPool(Ping->Packets);
    if (Ping->Buffers != NULL) NdisFreeBufferPool(Ping->Buffers);
    NdisFreeSpinLock(&Ping->Lock);
    NdisFreeMemory(Ping, sizeof *Ping, 0);
}

static VOID Close(PPING Ping)
{
    NDIS_STATUS status;
    BOOLEAN wasSet, isUsed;

    NdisAcquireSpinLock(&Ping->Lock);
    Ping->State = Idle;
    NdisReleaseSpinLock(&Ping->Lock);
    NdisCancelTimer(&Ping->Timer, &wasSet);
    NdisResetEvent(&Ping->Done);
    /* A timer function that was on the way, and a thread that sends, still use all of this. */
    NdisAcquireSpinLock(&Ping->Lock);
    if (wasSet) Ping->IsTimed = FALSE;
    Ping->IsClosing = (BOOLEAN)(Ping->IsTimed || Ping->Sending > 0);
    isUsed = Ping->IsClosing;
    NdisReleaseSpinLock(&Ping->Lock);
    if (isUsed) NdisWaitEvent(&Ping->Done, 0);
    NdisResetEvent(&Ping->Done);
    NdisCloseAdapter(&status, Ping->Binding);
    if (status == NDIS_STATUS_PENDING) NdisWaitEvent(&Ping->Done, 0);
}

static NDIS_STATUS Open(PPING Ping, PNDIS_STRING Name)
{
    NDIS_MEDIUM medium = NdisMedium802_3;
    NDIS_STATUS status, error;
    UINT selected;

    NdisAllocatePacketPool(&status, &Ping->Packets, PACKETS, PROTOCOL_RESERVED_SIZE_IN_PACKET);
    if (status != NDIS_STATUS_SUCCESS) return status;
    NdisAllocateBufferPool(&status, &Ping->Buffers, PACKETS);
    if (status != NDIS_STATUS_SUCCESS) return status;
    NdisOpenAdapter(&status, &error, &Ping->Binding, &selected, &medium, 1, Protocol, Ping, Name, 0, NULL);
    if (status == NDIS_STATUS_PENDING) {
        NdisWaitEvent(&Ping->Done, 0);
        status = Ping->Status;
    }
    return status;
}

static VOID ProtocolBindAdapter(PNDIS_STATUS Status, NDIS_HANDLE BindContext, PNDIS_STRING DeviceName, PVOID Section, PVOID Unused)
{
    ULONG filter = NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST;
    PPING ping;

    UNREFERENCED_PARAMETER(BindContext), UNREFERENCED_PARAMETER(Unused);
    *Status = NdisAllocateMemoryWithTag((PVOID *)&ping, sizeof *ping, TAG);
    if (*Status != NDIS_STATUS_SUCCESS) return;
    NdisZeroMemory(ping, sizeof *ping);
    NdisAllocateSpinLock(&ping->Lock);
    NdisInitializeEvent(&ping->Done);
    NdisInitializeTimer(&ping->Timer, TimerFunction, ping);
    ReadParameters(ping, Section);
    *Status = Open(ping, DeviceName);
    if (*Status != NDIS_STATUS_SUCCESS) {
        Free(ping);
        return;
    }
    *Status = Request(ping, NdisRequestQueryInformation, OID_802_3_CURRENT_ADDRESS, ping->Mac, sizeof ping->Mac);
    if (*Status == NDIS_STATUS_SUCCESS)
        *Status = Request(ping, NdisRequestSetInformation, OID_GEN_CURRENT_PACKET_FILTER, &filter, sizeof filter);
    if (*Status != NDIS_STATUS_SUCCESS) {
        Close(ping);
        Free(ping);
        return;
    }
    if (ping->Target == 0 || ping->Count == 0) return;
    NdisAcquireSpinLock(&ping->Lock);
    ping->State = Resolving;
    ping->IsTimed = TRUE;
    NdisReleaseSpinLock(&ping->Lock);
    Go(ping);
}

static VOID ProtocolUnbindAdapter(PNDIS_STATUS Status, NDIS_HANDLE Context, NDIS_HANDLE UnbindContext)
{
    PPING ping = (PPING)Context;

    UNREFERENCED_PARAMETER(UnbindContext);
    Close(ping);
    if (ping->Target == 0 || ping->Sent < ping->Count)
        DbgPrint("%d of %d pings answered, %d requests answered\n", ping->Answered, ping->Sent, ping->Requests);
    Free(ping);
    *Status = NDIS_STATUS_SUCCESS;
}

/* While the adapter sleeps nothing is sent. */
static NDIS_STATUS ProtocolPnPEvent(NDIS_HANDLE Context, PNET_PNP_EVENT Event)
{
    PPING ping = (PPING)Context;
    BOOLEAN isAwake, wasSet, isStart = FALSE;

    if (Event->NetEvent != NetEventSetPower) return NDIS_STATUS_SUCCESS;
    isAwake = (BOOLEAN)(*(PNET_DEVICE_POWER_STATE)Event->Buffer == NetDeviceStateD0);
    NdisAcquireSpinLock(&ping->Lock);
    if (!isAwake && ping->State != Asleep) ping->Before = ping->State, ping->State = Asleep;
    if (isAwake && ping->State == Asleep) {
        ping->State = ping->Before;
        /* Nobody hears an answer in sleep: that ping goes out again. */
        if (ping->State == Pinging && ping->IsAwaiting) ping->Sent--;
        ping->IsAwaiting = FALSE;
        /* Where a timer's function is still on the way, that goes on. */
        isStart = !ping->IsTimed;
        ping->IsTimed = TRUE;
    }
    NdisReleaseSpinLock(&ping->Lock);
    if (isStart) Go(ping);
    if (isAwake) return NDIS_STATUS_SUCCESS;
    NdisCancelTimer(&ping->Timer, &wasSet);
    if (wasSet) Leave(ping, TRUE);
    return NDIS_STATUS_SUCCESS;
}

static VOID Unload(PDRIVER_OBJECT DriverObject)
{
    NDIS_STATUS status;

    UNREFERENCED_PARAMETER(DriverObject);
    /* ProtocolUnbindAdapter runs for each binding before this returns. */
    NdisDeregisterProtocol(&status, Protocol);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NDIS_PROTOCOL_CHARACTERISTICS protocol;
    NDIS_STATUS status;

    UNREFERENCED_PARAMETER(RegistryPath);
    NdisZeroMemory(&protocol, sizeof protocol);
    protocol.MajorNdisVersion = NDIS_PROTOCOL_MAJOR_VERSION;
    protocol.MinorNdisVersion = NDIS_PROTOCOL_MINOR_VERSION;
    protocol.OpenAdapterCompleteHandler = ProtocolOpenAdapterComplete;
    protocol.CloseAdapterCompleteHandler = ProtocolCloseAdapterComplete;
    protocol.SendCompleteHandler = ProtocolSendComplete;
    protocol.TransferDataCompleteHandler = ProtocolTransferDataComplete;
    protocol.ResetCompleteHandler = ProtocolResetComplete;
    protocol.RequestCompleteHandler = ProtocolRequestComplete;
    protocol.ReceiveHandler = ProtocolReceive;
    protocol.ReceiveCompleteHandler = ProtocolReceiveComplete;
    protocol.ReceivePacketHandler = ProtocolReceivePacket;
    protocol.StatusHandler = ProtocolStatus;
    protocol.StatusCompleteHandler = ProtocolStatusComplete;
    protocol.BindAdapterHandler = ProtocolBindAdapter;
    protocol.UnbindAdapterHandler = ProtocolUnbindAdapter;
    protocol.PnPEventHandler = ProtocolPnPEvent;
    NdisInitUnicodeString(&protocol.Name, L"Ping");
    DriverObject->DriverUnload = Unload;
    NdisRegisterProtocol(&status, &Protocol, &protocol, sizeof protocol);
    return status;
}
