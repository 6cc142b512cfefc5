/* The calls of fuzzdriver.c, one function for each subject. */

static __thread int Depth;
static VOID Step(RANDOM *Random);
static VOID Steps(BOOLEAN MayWait, ULONG Most);

static LARGE_INTEGER Soon(RANDOM *Random)
{
    static const LONGLONG times[] = { 0, -1, 1, -10000, -30000, 130000000000000000ll };
    LARGE_INTEGER time;
    time.QuadPart = times[Below(Random, sizeof times / sizeof *times)];
    return time;
}

/* For what nobody waits for. */
static LARGE_INTEGER AnyTime(RANDOM *Random)
{
    static const LONGLONG times[] = { (LONGLONG)0x8000000000000000ull, 0x7fffffffffffffffll, -0x7fffffffffffffffll, -864000000000000ll };
    LARGE_INTEGER time = Soon(Random);
    if (Below(Random, 3) == 0) time.QuadPart = times[Below(Random, 4)];
    return time;
}

static VOID Sends(RANDOM *Random)
{
    NDIS_HANDLE binding = Mostly(Random, F.Binding);
    PNDIS_PACKET array[8];
    UINT count = 0, index, wanted = 1 + Below(Random, 8), *at = &index;
    NDIS_STATUS status;

    for (index = 0; index < wanted; index++) {
        UINT one = Below(Random, PACKETS);
        PNDIS_BUFFER buffer;
        /* Now and then one that is under way. */
        if (__atomic_exchange_n(&F.Sending[one], 1, __ATOMIC_SEQ_CST) != 0 && Below(Random, 10) != 0) continue;
        NdisQueryPacket(F.Packets[one], NULL, NULL, &buffer, NULL);
        NdisAdjustBufferLength(buffer, Length(Random));
        F.Packets[one]->Private.ValidCounts = FALSE;
        NDIS_SET_PACKET_CANCEL_ID(F.Packets[one], (PVOID)(ULONG_PTR)Below(Random, 4));
        array[count++] = F.Packets[one];
    }
    if (count == 0) return;
    if (Below(Random, 2) == 0) {
        NdisSend(&status, binding, array[0]);
        if (status != NDIS_STATUS_PENDING) wanted = 0;
        for (index = 1; index < count; index++) *at = index, __atomic_store_n(&F.Sending[*(PULONG)array[index]->ProtocolReserved], 0, __ATOMIC_SEQ_CST);
        if (wanted == 0) __atomic_store_n(&F.Sending[*(PULONG)array[0]->ProtocolReserved], 0, __ATOMIC_SEQ_CST);
        return;
    }
    NdisSendPackets(binding, array, 0);
    NdisSendPackets(binding, array, count);
    if (binding == F.Binding) return;
    for (index = 0; index < count; index++) __atomic_store_n(&F.Sending[*(PULONG)array[index]->ProtocolReserved], 0, __ATOMIC_SEQ_CST);
}

static VOID Packets(RANDOM *Random)
{
    PNDIS_PACKET one = F.Packets[Below(Random, PACKETS)], other = F.Packets[Below(Random, PACKETS)], packet;
    NDIS_STATUS status;
    UINT number = 0;
    SLOT slot;

    switch (Below(Random, 9)) {
    case 0: NdisCancelSendPackets(Mostly(Random, F.Binding), (PVOID)(ULONG_PTR)Below(Random, 5)); break;
    case 1: NdisReturnPackets(&one, Below(Random, 2)); break;
    case 2:
        packet = __atomic_exchange_n(&F.Kept[Below(Random, 32)], NULL, __ATOMIC_SEQ_CST);
        if (packet == NULL) break;
        NdisReturnPackets(&packet, 1);
        if (Below(Random, 4) == 0) NdisReturnPackets(&packet, 1);
        break;
    case 3: NdisTransferData(&status, Mostly(Random, F.Binding), AnyHandle(Random), Next(Random), Next(Random), one, &number); break;
    case 4: NdisGetReceivedPacket(Mostly(Random, F.Binding), AnyHandle(Random)); break;
    case 5: NdisIMCopySendPerPacketInfo(one, other), NdisIMCopySendCompletePerPacketInfo(one, other); break;
    case 6:
        NdisAllocatePacketPoolEx(&status, &slot.Handle, Below(Random, 8) ? Below(Random, 64) : Next(Random), Below(Random, 8) ? 4 : Next(Random),
            Below(Random, 8) ? 16 : Next(Random));
        if (status == NDIS_STATUS_SUCCESS) Keep(PACKETPOOL, slot.Handle, NULL, 0);
        break;
    case 7:
        if (!Take(Random, PACKETPOOL, &slot)) break;
        NdisAllocatePacket(&status, &packet, Mostly(Random, slot.Handle));
        if (status == NDIS_STATUS_SUCCESS) {
            NdisCopyFromPacketToPacket(packet, Next(Random), Next(Random), one, Below(Random, FRAME), &number);
            NdisFreePacket(packet);
        }
        if (Below(Random, 2)) Put(&slot);
        else Close(&slot);
        break;
    default: NdisFreePacketPool(Closed(Random)), NdisPacketPoolUsage(AnyHandle(Random)); break;
    }
}

static VOID Requests(RANDOM *Random)
{
    static const NDIS_OID oids[] = {
        OID_GEN_CURRENT_PACKET_FILTER, OID_GEN_CURRENT_LOOKAHEAD, OID_802_3_MULTICAST_LIST, OID_802_3_CURRENT_ADDRESS, OID_GEN_LINK_SPEED,
        OID_GEN_SUPPORTED_LIST, OID_GEN_VENDOR_DESCRIPTION, OID_GEN_XMIT_OK, OID_PNP_QUERY_POWER, 0, 0xffffffff, 0x80000000, OID_GEN_PROTOCOL_OPTIONS
    };
    REQUEST *request = &F.Requests[Below(Random, 4)];
    NDIS_STATUS status;
    ULONG *value = (ULONG *)request->Buffer;

    if (__atomic_exchange_n(&request->Busy, 1, __ATOMIC_SEQ_CST) != 0) return;
    NdisZeroMemory(&request->Request, sizeof request->Request);
    request->Request.RequestType = (NDIS_REQUEST_TYPE)(Below(Random, 8) ? Below(Random, 2) : Next(Random));
    request->Request.DATA.QUERY_INFORMATION.Oid = Below(Random, 8) ? oids[Below(Random, sizeof oids / sizeof *oids)] : Next(Random);
    request->Request.DATA.QUERY_INFORMATION.InformationBuffer = request->Buffer;
    request->Request.DATA.QUERY_INFORMATION.InformationBufferLength = Below(Random, 2) ? sizeof(ULONG) : Length(Random);
    *value = Below(Random, 3) ? NDIS_PACKET_TYPE_DIRECTED | NDIS_PACKET_TYPE_BROADCAST | NDIS_PACKET_TYPE_PROMISCUOUS : Next(Random);
    if (Below(Random, 16) == 0) request->Request.DATA.QUERY_INFORMATION.InformationBufferLength = 0x80000000u | Next(Random);
    if (Below(Random, 16) == 0) {
        request->Request.DATA.QUERY_INFORMATION.InformationBuffer = NULL;
        request->Request.DATA.QUERY_INFORMATION.InformationBufferLength = 0;
    }
    NdisRequest(&status, Mostly(Random, F.Binding), &request->Request);
    if (status != NDIS_STATUS_PENDING) __atomic_store_n(&request->Busy, 0, __ATOMIC_SEQ_CST);
    if (Below(Random, 64) == 0) NdisReset(&status, Mostly(Random, F.Binding));
}

static VOID Bindings(RANDOM *Random)
{
    NDIS_MEDIUM media[] = { NdisMedium802_5, NdisMedium802_3 };
    NDIS_STATUS status = NDIS_STATUS_FAILURE, error;
    NDIS_HANDLE handle = NULL;
    NDIS_STRING text, *name = Below(Random, 3) ? &F.Lower : Name(Random, &text);
    UINT selected;
    SLOT slot;

    switch (Below(Random, 5)) {
    case 0:
        if (!Random->MayWait) break;
        NdisInterlockedIncrement(&F.Outstanding);
        NdisOpenAdapter(&status, &error, &handle, &selected, media, Below(Random, 8) ? Below(Random, 3) : 0x80000000u | Next(Random),
            Mostly(Random, F.Protocol), &F.Opened, name, Next(Random), NULL);
        if (status == NDIS_STATUS_SUCCESS) Keep(BINDING, handle, NULL, 0);
        else NdisInterlockedDecrement(&F.Outstanding);
        break;
    case 1:
        if (!Random->MayWait || !Take(Random, BINDING, &slot)) break;
        NdisCloseAdapter(&status, slot.Handle);
        if (status != NDIS_STATUS_PENDING) NdisInterlockedDecrement(&F.Outstanding);
        if (Below(Random, 2) == 0) NdisCloseAdapter(&status, slot.Handle);
        break;
    case 2: NdisCloseAdapter(&status, Closed(Random)); break;
    case 3:
        text.Buffer = NULL;
        if (NdisQueryAdapterInstanceName(&text, Mostly(Random, F.Binding)) == NDIS_STATUS_SUCCESS) NdisFreeMemory(text.Buffer, text.MaximumLength, 0);
        break;
    default:
        NdisCompleteBindAdapter(AnyHandle(Random), Next(Random), Next(Random));
        NdisCompleteUnbindAdapter(AnyHandle(Random), Next(Random));
        NdisDeregisterProtocol(&status, Closed(Random));
        break;
    }
}

static VOID Layers(RANDOM *Random)
{
    NDIS_STRING text, *name = Name(Random, &text);
    NET_PNP_EVENT event;

    NdisZeroMemory(&event, sizeof event);
    event.NetEvent = (NET_PNP_EVENT_CODE)(Below(Random, 4) ? Below(Random, 9) : Next(Random));
    event.Buffer = Buffer(Random);
    event.BufferLength = Below(Random, 4) ? Length(Random) : 0x80000000u | Next(Random);
    switch (Below(Random, 8)) {
    case 0: NdisIMGetDeviceContext(AnyHandle(Random)), NdisIMGetBindingContext(AnyHandle(Random)); break;
    case 1: NdisIMDeInitializeDeviceInstance(Closed(Random)); break;
    case 2: NdisIMCancelInitializeDeviceInstance(Mostly(Random, F.Layer), name); break;
    case 3: NdisIMAssociateMiniport(Mostly(Random, F.Layer), AnyHandle(Random)); break;
    case 4: NdisIMNotifyPnPEvent(Mostly(Random, F.LayerAdapter), &event); break;
    case 5: NdisIMInitializeDeviceInstanceEx(Closed(Random), name, &F); break;
    case 6: NdisIMDeregisterLayeredMiniport(Closed(Random)), NdisCompletePnPEvent(Next(Random), AnyHandle(Random), &event); break;
    default:
        if (Random->MayWait && Depth == 1 && F.Layer != NULL) NdisIMInitializeDeviceInstanceEx(F.Layer, name, NULL);
        break;
    }
}

/* With what a miniport tells of an adapter, for adapters that are none of the driver's, or no adapters. */
static VOID Indications(RANDOM *Random)
{
    NDIS_HANDLE adapter = Mostly(Random, F.Adapter);
    PNDIS_PACKET packet = F.Packets[Below(Random, PACKETS)];
    UINT length = Length(Random);

    switch (Below(Random, 8)) {
    case 0: NdisMIndicateStatus(adapter, Next(Random), Buffer(Random), length), NdisMIndicateStatusComplete(adapter); break;
    case 1: NdisMSendComplete(adapter, packet, Next(Random)), NdisMSendResourcesAvailable(adapter); break;
    case 2:
        NdisMEthIndicateReceive(adapter, AnyHandle(Random), Buffer(Random), Below(Random, 3) ? 14 : length, Buffer(Random), length,
            Below(Random, 4) ? length : Next(Random));
        NdisMEthIndicateReceiveComplete(adapter);
        break;
    case 3: NdisMQueryInformationComplete(adapter, Next(Random)), NdisMSetInformationComplete(adapter, Next(Random)); break;
    case 4: NdisMResetComplete(adapter, Next(Random), TRUE), NdisMTransferDataComplete(adapter, packet, Next(Random), length); break;
    case 5: NdisMRemoveMiniport(Closed(Random)); break;
    case 6: NdisMDeregisterAdapterShutdownHandler(AnyHandle(Random)); break;
    default: NdisWriteErrorLogEntry(adapter, Next(Random), Below(Random, 3), 1, 2, 3); break;
    }
}

static VOID Parameters(RANDOM *Random)
{
    PNDIS_CONFIGURATION_PARAMETER value;
    NDIS_CONFIGURATION_PARAMETER set;
    NDIS_STRING text, other;
    NDIS_STATUS status;
    NDIS_HANDLE handle;
    PVOID address;
    UINT size;
    SLOT slot;

    switch (Below(Random, 5)) {
    case 0:
        NdisOpenProtocolConfiguration(&status, &handle, Below(Random, 2) ? &F.Section : Name(Random, &text));
        if (status == NDIS_STATUS_SUCCESS) Keep(CONFIG, handle, NULL, 0);
        break;
    case 1: NdisCloseConfiguration(Closed(Random)), NdisOpenConfiguration(&status, &handle, Closed(Random)); break;
    default:
        if (!Take(Random, CONFIG, &slot)) slot.Kind = FREE, slot.Handle = AnyHandle(Random);
        NdisReadConfiguration(&status, &value, slot.Handle, Name(Random, &text), (NDIS_PARAMETER_TYPE)Below(Random, 6));
        set.ParameterType = (NDIS_PARAMETER_TYPE)(Below(Random, 4) ? Below(Random, 3) : Next(Random));
        NdisZeroMemory(&other, sizeof other);
        if (set.ParameterType == NdisParameterString) set.ParameterData.StringData = Name(Random, &other) == NULL ? F.Section : other;
        else set.ParameterData.IntegerData = Next(Random);
        NdisWriteConfiguration(&status, slot.Handle, Name(Random, &text), &set);
        NdisReadNetworkAddress(&status, &address, &size, slot.Handle);
        if (slot.Kind == CONFIG && Below(Random, 2)) Put(&slot);
        else if (slot.Kind == CONFIG) Close(&slot);
        break;
    }
}

static VOID Keys(RANDOM *Random)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING text;
    RTL_QUERY_REGISTRY_TABLE table[2];
    HANDLE handle;
    ULONG needed = 0, huge = Below(Random, 6) ? Length(Random) : 0x80000000u | Next(Random);
    PUCHAR buffer = Buffer(Random);
    union { UNICODE_STRING Text; UCHAR Room[2 * FRAME]; } room;
    PUNICODE_STRING direct = &room.Text;
    SLOT slot;

    if (!Take(Random, KEY, &slot)) slot.Kind = FREE, slot.Handle = AnyHandle(Random);
    switch (Below(Random, 9)) {
    case 0:
    case 1:
        if (ZwCreateKey(&handle, Next(Random), Attributes(Random, &attributes, &text, Below(Random, 2) ? slot.Handle : NULL), 0, NULL, 0, NULL)
            == STATUS_SUCCESS) Keep(KEY, handle, NULL, 0);
        break;
    case 2:
        if (ZwOpenKey(&handle, Next(Random), Attributes(Random, &attributes, &text, NULL)) == STATUS_SUCCESS) Keep(KEY, handle, NULL, 0);
        break;
    case 3: ZwSetValueKey(slot.Handle, Name(Random, &text), 0, Below(Random, 12), Below(Random, 8) ? buffer : NULL, huge); break;
    case 4: ZwQueryValueKey(slot.Handle, Name(Random, &text), (KEY_VALUE_INFORMATION_CLASS)Below(Random, 6), buffer, Length(Random), &needed); break;
    case 5:
        ZwEnumerateKey(slot.Handle, Below(Random, 4) ? Below(Random, 4) : Next(Random), (KEY_INFORMATION_CLASS)Below(Random, 6), buffer, Length(Random), &needed);
        ZwEnumerateValueKey(slot.Handle, Below(Random, 4) ? 0 : Next(Random), (KEY_VALUE_INFORMATION_CLASS)Below(Random, 6), buffer, Length(Random), &needed);
        break;
    case 6: ZwQueryKey(slot.Handle, (KEY_INFORMATION_CLASS)Next(Random), buffer, Length(Random), &needed), ZwFlushKey(slot.Handle); break;
    case 7: ZwDeleteValueKey(slot.Handle, Name(Random, &text)), Below(Random, 4) == 0 ? ZwDeleteKey(slot.Handle) : 0; break;
    default:
        NdisZeroMemory(table, sizeof table);
        table[0].Name = Below(Random, 4) ? (PWSTR)L"Seed" : NULL;
        table[0].Flags = (table[0].Name == NULL ? 0 : RTL_QUERY_REGISTRY_DIRECT) | (Next(Random) & 0x55);
        /* A value that is no string is written over the counted string itself, whose lengths are then taken for the room: it has that. */
        direct->Buffer = (PVOID)F.Texts[1], direct->Length = 0, direct->MaximumLength = 512;
        table[0].EntryContext = direct;
        table[0].DefaultType = Below(Random, 2) ? REG_SZ : REG_NONE;
        table[0].DefaultData = (PVOID)L"default";
        table[0].DefaultLength = Below(Random, 4) ? 0 : 0x80000000u | Next(Random);
        RtlQueryRegistryValues(Below(Random, 4) ? Below(Random, 8) : Next(Random), Below(Random, 2) ? L"driver" : L"", table, NULL, NULL);
        RtlWriteRegistryValue(Below(Random, 8), L"driver\\Fuzz", Below(Random, 3) ? L"v" : NULL, REG_BINARY, buffer, Below(Random, 6) ? Below(Random, FRAME) : huge | 0x80000000u);
        RtlCheckRegistryKey(Next(Random) & ~0x40000000u, NULL), RtlDeleteRegistryValue(1, L"driver\\Fuzz", NULL);
        break;
    }
    if (slot.Kind == KEY && Below(Random, 3)) Put(&slot);
    else if (slot.Kind == KEY) Close(&slot);
}

static VOID Files(RANDOM *Random)
{
    OBJECT_ATTRIBUTES attributes;
    UNICODE_STRING text;
    IO_STATUS_BLOCK result;
    LARGE_INTEGER offset = AnyTime(Random);
    NDIS_PHYSICAL_ADDRESS highest = NDIS_PHYSICAL_ADDRESS_CONST(-1, -1);
    NDIS_STATUS status;
    HANDLE handle;
    PVOID mapped;
    UINT size;
    ULONG length = Below(Random, 4) ? Length(Random) : 0x80000000u | Next(Random);
    SLOT slot;

    if (Below(Random, 2)) offset.QuadPart = (LONGLONG)Below(Random, 5000) - 8;
    if (!Take(Random, ZWFILE, &slot)) slot.Kind = FREE, slot.Handle = AnyHandle(Random);
    switch (Below(Random, 7)) {
    case 0:
        if (ZwCreateFile(&handle, Below(Random, 2) ? GENERIC_WRITE : Next(Random), Attributes(Random, &attributes, &text, NULL), &result, NULL,
            Next(Random), Next(Random), Below(Random, 7), Next(Random), NULL, 0) == STATUS_SUCCESS) Keep(ZWFILE, handle, NULL, 0);
        break;
    case 1: ZwReadFile(slot.Handle, AnyHandle(Random), NULL, NULL, &result, Buffer(Random), length, Below(Random, 4) ? &offset : NULL, NULL); break;
    case 2:
        /* A hole of half the disk is no use. */
        if (offset.QuadPart > 100000) offset.QuadPart = 0x7fffffffffffffffll;
        ZwWriteFile(slot.Handle, NULL, NULL, NULL, &result, Buffer(Random), length, Below(Random, 4) ? &offset : NULL, NULL);
        break;
    case 3: ZwQueryInformationFile(slot.Handle, &result, Buffer(Random), Length(Random), (FILE_INFORMATION_CLASS)(Below(Random, 2) ? 5 : Next(Random))); break;
    case 4:
        NdisOpenFile(&status, &handle, &size, Name(Random, &text), highest);
        if (status == NDIS_STATUS_SUCCESS) Keep(NDISFILE, handle, NULL, 0);
        break;
    case 5: NdisMapFile(&status, &mapped, AnyHandle(Random)), NdisUnmapFile(AnyHandle(Random)), NdisCloseFile(Closed(Random)); break;
    default: ZwOpenFile(&handle, Next(Random), NULL, &result, 0, 0); break;
    }
    if (slot.Kind == ZWFILE && Below(Random, 4)) Put(&slot);
    else if (slot.Kind == ZWFILE) Close(&slot);
}

static VOID Memory(RANDOM *Random)
{
    SLOT slot;
    if (Take(Random, MEMORY, &slot)) Close(&slot);
    slot.Length = Below(Random, 16) ? Length(Random) : Next(Random) & 0xfffff;
    if (NdisAllocateMemoryWithTag(&slot.Pointer, slot.Length, TAG) == NDIS_STATUS_SUCCESS) Keep(MEMORY, NULL, slot.Pointer, slot.Length);
}
