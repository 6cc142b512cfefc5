using Nonpaged.Ndis;

namespace MiniportSample;

/// <summary>The driver of one card. NDIS calls one of its functions at a time.</summary>
internal sealed unsafe class LoopMiniport
{
    private const uint HeaderSize = 14, FrameRoom = 1536;

    // The frame to be sent, room for the received one, and what NDIS keeps of the interrupt.
    private static readonly uint s_memorySize = 2 * FrameRoom + (uint)sizeof(NDIS_MINIPORT_INTERRUPT);
    private static readonly byte[] s_address = [0x02, 0, 0, 0, 0, 1];

    private NDIS_HANDLE _adapter;
    private byte* _memory;
    private NDIS_PHYSICAL_ADDRESS _physical;
    private void* _ports;
    private NDIS_PACKET* _sending;
    private uint _received;

    /// <summary>As an INF file would describe it. The last argument is for the identifiers of PCI cards.</summary>
    public MiniportDriver Driver => new("loop", Entry, []);

    private NDIS_MINIPORT_INTERRUPT* Interrupt => (NDIS_MINIPORT_INTERRUPT*)(_memory + (2 * FrameRoom));

    private NDIS_STATUS Entry(void* driverObject, void* registryPath)
    {
        NdisMInitializeWrapper(out NDIS_HANDLE wrapper, driverObject, registryPath, null);
        return NdisMRegisterMiniport(wrapper, new NDIS_MINIPORT_CHARACTERISTICS
        {
            MajorNdisVersion = 5,
            InitializeHandler = Initialize,
            HaltHandler = Halt,
            SendHandler = Send,
            ISRHandler = Isr,
            HandleInterruptHandler = HandleInterrupt,
            QueryInformationHandler = Query,
            SetInformationHandler = Set,
            ResetHandler = Reset,
        }, 0);
    }

    // What is claimed when this fails NDIS reports, and takes back.
    private NDIS_STATUS Initialize(
        out NDIS_STATUS error, out uint medium, NDIS_MEDIUM* media, uint count, NDIS_HANDLE adapter, NDIS_HANDLE configuration)
    {
        (error, medium, _adapter) = (NDIS_STATUS_SUCCESS, 0, adapter);
        NdisMSetAttributesEx(adapter, null, 0, NDIS_ATTRIBUTE_BUS_MASTER, NDIS_INTERFACE_TYPE.NdisInterfaceIsa);
        NdisMAllocateSharedMemory(adapter, s_memorySize, true, out void* memory, out _physical);
        _memory = (byte*)memory;
        if (memory is null) return NDIS_STATUS_RESOURCES;
        NDIS_STATUS status = NdisMRegisterIoPortRange(out _ports, adapter, LoopMachine.FirstPort, LoopMachine.PortCount);
        if (status != NDIS_STATUS_SUCCESS) return status;
        Write(LoopCard.TransmitAddress, _physical.LowPart);
        Write(LoopCard.ReceiveAddress, _physical.LowPart + FrameRoom);
        return NdisMRegisterInterrupt(
            Interrupt, adapter, LoopMachine.Interrupt, LoopMachine.Interrupt, true, false,
            NDIS_INTERRUPT_MODE.NdisInterruptLevelSensitive);
    }

    private void Halt(void* context)
    {
        NdisMDeregisterInterrupt(Interrupt);
        NdisMDeregisterIoPortRange(_adapter, LoopMachine.FirstPort, LoopMachine.PortCount, _ports);
        NdisMFreeSharedMemory(_adapter, s_memorySize, true, _memory, _physical);
    }

    private NDIS_STATUS Send(void* context, NDIS_PACKET* packet, uint flags)
    {
        // NDIS keeps the packet, and tries again when the one before is sent.
        if (_sending is not null) return NDIS_STATUS_RESOURCES;
        NdisQueryPacket(packet, out _, out _, out NDIS_BUFFER* buffer, out uint total);
        if (total is < HeaderSize or > FrameRoom) return NDIS_STATUS_INVALID_LENGTH;
        for (byte* next = _memory; buffer is not null; NdisGetNextBuffer(buffer, out buffer))
        {
            NdisQueryBuffer(buffer, out void* piece, out uint length);
            NdisMoveMemory(next, piece, length);
            next += length;
        }

        _sending = packet;
        Write(LoopCard.TransmitLength, total);
        return NDIS_STATUS_PENDING;
    }

    private void Isr(out bool isOurs, out bool queue, void* context)
    {
        NdisRawReadPortUlong((void*)LoopCard.ReceiveLength, out _received);
        isOurs = queue = _received != 0;
    }

    private void HandleInterrupt(void* context)
    {
        byte* frame = _memory + FrameRoom;
        // A card's word on a length is not trusted.
        uint rest = uint.Clamp(_received, HeaderSize, FrameRoom) - HeaderSize;
        NdisMEthIndicateReceive(_adapter, new NDIS_HANDLE(1), frame, HeaderSize, frame + HeaderSize, rest, rest);
        NdisMEthIndicateReceiveComplete(_adapter);
        NDIS_PACKET* sent = _sending;
        _sending = null;
        NdisMSendComplete(_adapter, sent, NDIS_STATUS_SUCCESS);
    }

    private NDIS_STATUS Query(void* context, uint oid, void* buffer, uint length, out uint written, out uint needed)
    {
        (written, needed) = (0, (uint)s_address.Length);
        if (oid != OID_802_3_CURRENT_ADDRESS) return NDIS_STATUS_INVALID_OID;
        if (length < needed) return NDIS_STATUS_BUFFER_TOO_SHORT;
        s_address.CopyTo(new Span<byte>(buffer, s_address.Length));
        written = needed;
        return NDIS_STATUS_SUCCESS;
    }

    // The card takes every frame. Which of them a protocol gets is NDIS's to see to.
    private NDIS_STATUS Set(void* context, uint oid, void* buffer, uint length, out uint read, out uint needed)
    {
        (read, needed) = (length, 0);
        return oid == OID_GEN_CURRENT_PACKET_FILTER ? NDIS_STATUS_SUCCESS : NDIS_STATUS_INVALID_OID;
    }

    // The card is never stuck.
    private NDIS_STATUS Reset(out bool addressingReset, void* context)
    {
        addressingReset = false;
        return NDIS_STATUS_SUCCESS;
    }

    private static void Write(ushort port, uint value) => NdisRawWritePortUlong((void*)port, value);
}
