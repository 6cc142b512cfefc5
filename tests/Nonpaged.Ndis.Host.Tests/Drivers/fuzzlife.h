/* How fuzzdriver.c begins and ends: with a binding, or with an adapter of its own. */

static VOID Begin(VOID)
{
    NDIS_STATUS status;
    PNDIS_BUFFER buffer;
    HANDLE handle;
    UINT index;

    NdisAllocatePacketPool(&status, &F.PacketPool, PACKETS, PROTOCOL_RESERVED_SIZE_IN_PACKET);
    NdisAllocateBufferPool(&status, &F.BufferPool, PACKETS);
    NdisAllocateMemoryWithTag((PVOID *)&F.Memory, PACKETS * FRAME, TAG);
    NdisZeroMemory(F.Memory, PACKETS * FRAME);
    Saw(F.PacketPool), Saw(F.BufferPool), Saw(F.Binding), Saw(F.Protocol), Saw(F.Wrapper), Saw(F.Adapter), Saw(F.Layer);
    for (index = 0; index < PACKETS; index++) {
        NdisAllocatePacket(&status, &F.Packets[index], F.PacketPool);
        NdisAllocateBuffer(&status, &buffer, F.BufferPool, F.Memory + index * FRAME, FRAME);
        /* To everybody, so that it comes back where a miniport loops. */
        NdisFillMemory(F.Memory + index * FRAME, 6, 0xff);
        NdisChainBufferAtFront(F.Packets[index], buffer);
        *(PULONG)F.Packets[index]->ProtocolReserved = index;
    }
    for (index = 0; index < THREADS; index++) {
        if (PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, LongThread, NULL) != STATUS_SUCCESS) continue;
        ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, NULL, KernelMode, (PVOID *)&F.Running[index], NULL);
        ZwClose(Saw(handle));
    }
}

static VOID End(VOID)
{
    NDIS_STATUS status;
    PNDIS_BUFFER buffer;
    BOOLEAN wasSet;
    UINT index;
    PIRP irp;

    F.Stop = TRUE;
    if (F.LayerAdapter != NULL) NdisIMDeInitializeDeviceInstance(F.LayerAdapter);
    for (index = 0; index < 32; index++) if (F.Layers[index] != NULL) NdisIMDeInitializeDeviceInstance(F.Layers[index]);
    for (index = 0; index < THREADS; index++) {
        if (F.Running[index] == NULL) continue;
        KeWaitForSingleObject(F.Running[index], Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(F.Running[index]);
    }
    for (index = 0; index < 2; index++) KeCancelTimer(&F.Timers[index]), NdisCancelTimer(&F.NdisTimers[index], &wasSet);
    for (index = 0; index < 3; index++) KeRemoveQueueDpc(&F.Dpcs[index]);
    KeFlushQueuedDpcs();
    while (F.WorkBusy[0] || F.WorkBusy[1] || F.ExBusy) NdisMSleep(1000);
    for (index = 0; index < SLOTS; index++) {
        Close(&F.Slots[index]);
        F.Slots[index].Kind = FREE;
    }
    for (index = 0; index < 32; index++) if (F.Kept[index] != NULL) NdisReturnPackets(&F.Kept[index], 1);
    while (F.Outstanding > 0 || F.Irps > 0) {
        for (index = 0; index < 16; index++) if ((irp = TakePending(index)) != NULL) Complete(irp, STATUS_CANCELLED);
        NdisMSleep(1000);
    }
    if (F.Binding != NULL) {
        NdisCloseAdapter(&status, F.Binding);
        if (status == NDIS_STATUS_PENDING) NdisWaitEvent(&F.Closed, 0);
    }
    for (index = 0; index < PACKETS; index++) {
        NdisUnchainBufferAtFront(F.Packets[index], &buffer);
        NdisFreeBuffer(buffer);
        NdisFreePacket(F.Packets[index]);
    }
    NdisFreePacketPool(F.PacketPool);
    NdisFreeBufferPool(F.BufferPool);
    NdisFreeMemory(F.Memory, PACKETS * FRAME, 0);
    DbgPrint("seed %u: %d steps, %d callbacks\n", F.Seed, F.Calls, F.Callbacks);
}

static VOID Read(NDIS_HANDLE Configuration, PCWSTR Name, PULONG Value)
{
    PNDIS_CONFIGURATION_PARAMETER value;
    NDIS_STRING name;
    NDIS_STATUS status;
    NdisInitUnicodeString(&name, Name);
    NdisReadConfiguration(&status, &value, Configuration, &name, NdisParameterInteger);
    if (status == NDIS_STATUS_SUCCESS) *Value = value->ParameterData.IntegerData;
}

static VOID ReadAll(NDIS_HANDLE Configuration)
{
    F.Seed = 1, F.Milliseconds = 1000;
    Read(Configuration, L"Seed", &F.Seed), Read(Configuration, L"Milliseconds", &F.Milliseconds);
    DbgPrint("seed %u\n", F.Seed);
}

static VOID Copy(PNDIS_STRING To, PNDIS_STRING From, PWCHAR Room)
{
    *To = *From;
    To->Buffer = (PVOID)Room;
    NdisMoveMemory(Room, From->Buffer, From->Length);
}

#ifdef LAYER
static VOID MakeLayer(NDIS_HANDLE Configuration)
{
    NDIS_STRING keyword = NDIS_STRING_CONST("UpperBindings");
    PNDIS_CONFIGURATION_PARAMETER value;
    NDIS_STATUS status;
    NdisReadConfiguration(&status, &value, Configuration, &keyword, NdisParameterString);
    if (status == NDIS_STATUS_SUCCESS) NdisIMInitializeDeviceInstanceEx(F.Layer, &value->ParameterData.StringData, &F);
}
#endif

static VOID Bind(PNDIS_STATUS Status, NDIS_HANDLE Context, PNDIS_STRING Name, PVOID Section, PVOID Unused)
{
    NDIS_MEDIUM medium = NdisMedium802_3;
    NDIS_HANDLE configuration;
    NDIS_STATUS error;
    UINT selected;

    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Unused);
    *Status = NDIS_STATUS_NOT_ACCEPTED;
    if (F.Binding != NULL || F.Memory != NULL) return;
    NdisOpenProtocolConfiguration(&error, &configuration, (PNDIS_STRING)Section);
    ReadAll(configuration);
    Copy(&F.Section, (PNDIS_STRING)Section, F.Texts[0]), Copy(&F.Lower, Name, F.LayerName);
    NdisOpenAdapter(Status, &error, &F.Binding, &selected, &medium, 1, F.Protocol, &F, Name, 0, NULL);
    if (*Status == NDIS_STATUS_SUCCESS) {
        /* The layer's functions use the packets. */
        Begin();
#ifdef LAYER
        MakeLayer(configuration);
#endif
    }
    NdisCloseConfiguration(configuration);
}

static VOID Unbind(PNDIS_STATUS Status, NDIS_HANDLE Context, NDIS_HANDLE UnbindContext)
{
    UNREFERENCED_PARAMETER(UnbindContext);
    *Status = NDIS_STATUS_SUCCESS;
    if (Context == &F) End();
}

static NDIS_STATUS PnPEvent(NDIS_HANDLE Context, PNET_PNP_EVENT Event)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Event);
    return NDIS_STATUS_SUCCESS;
}

#include "fuzzminiport.h"

static VOID Unload(PDRIVER_OBJECT DriverObject)
{
    NDIS_STATUS status;
    UINT index;
    UNREFERENCED_PARAMETER(DriverObject);
    if (F.Protocol != NULL) NdisDeregisterProtocol(&status, F.Protocol);
    for (index = 0; index < DEVICES; index++) IoDeleteDevice(F.Devices[index]);
    if (F.Device != NULL) NdisMDeregisterDevice(F.Device);
#ifdef LAYER
    NdisIMDeregisterLayeredMiniport(F.Layer);
#endif
}

static VOID Prepare(PDRIVER_OBJECT DriverObject)
{
    static const WCHAR *names[DEVICES] = { L"\\Device\\Fuzz0", L"\\Device\\Fuzz1" };
    PDRIVER_DISPATCH functions[IRP_MJ_MAXIMUM_FUNCTION + 1] = { 0 };
    NDIS_STRING name, link;
    UINT index;

    F.Object = DriverObject;
    NdisAllocateSpinLock(&F.Lock);
    KeInitializeSpinLock(&F.ListLock);
    InitializeListHead(&F.List);
    NdisInitializeEvent(&F.Opened), NdisInitializeEvent(&F.Closed);
    KeInitializeEvent(&F.Notification, NotificationEvent, FALSE), KeInitializeEvent(&F.Synchronization, SynchronizationEvent, FALSE);
    KeInitializeMutex(&F.Mutex, 0), KeInitializeSemaphore(&F.Semaphore, 0, 100);
    for (index = 0; index < 3; index++) KeInitializeDpc(&F.Dpcs[index], DpcFunction, NULL);
    for (index = 0; index < 2; index++) {
        KeInitializeTimerEx(&F.Timers[index], (TIMER_TYPE)index);
        NdisInitializeTimer(&F.NdisTimers[index], TimerFunction, NULL);
        NdisInitializeWorkItem(&F.Work[index], WorkFunction, NULL);
    }
    ExInitializeWorkItem(&F.ExWork, ExFunction, NULL);
    for (index = 0; index <= IRP_MJ_MAXIMUM_FUNCTION; index++) DriverObject->MajorFunction[index] = functions[index] = Dispatch;
    for (index = 0; index < DEVICES; index++) {
        RtlInitUnicodeString(&name, names[index]);
        IoCreateDevice(DriverObject, 16, &name, FILE_DEVICE_NETWORK, 0, FALSE, &F.Devices[index]);
        F.Devices[index]->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
    }
    RtlInitUnicodeString(&name, L"\\Device\\FuzzRegistered"), RtlInitUnicodeString(&link, L"\\DosDevices\\FuzzRegistered");
    NdisMRegisterDevice(F.Wrapper, &name, &link, functions, &F.Registered, &F.Device);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NDIS_STATUS status;
#ifndef VIRTUAL
    NDIS_PROTOCOL_CHARACTERISTICS protocol;
#endif
    UNREFERENCED_PARAMETER(RegistryPath);
    NdisMInitializeWrapper(&F.Wrapper, DriverObject, RegistryPath, NULL);
    Prepare(DriverObject);
#ifdef VIRTUAL
    NdisMRegisterUnloadHandler(F.Wrapper, Unload);
    status = RegisterMiniport();
#else
    NdisZeroMemory(&protocol, sizeof protocol);
    protocol.MajorNdisVersion = NDIS_PROTOCOL_MAJOR_VERSION;
    protocol.MinorNdisVersion = NDIS_PROTOCOL_MINOR_VERSION;
    protocol.OpenAdapterCompleteHandler = OpenComplete;
    protocol.CloseAdapterCompleteHandler = CloseComplete;
    protocol.SendCompleteHandler = SendComplete;
    protocol.TransferDataCompleteHandler = TransferComplete;
    protocol.ResetCompleteHandler = ResetComplete;
    protocol.RequestCompleteHandler = RequestComplete;
    protocol.ReceiveHandler = Receive;
    protocol.ReceiveCompleteHandler = ReceiveComplete;
    protocol.ReceivePacketHandler = ReceivePacket;
    protocol.StatusHandler = Status;
    protocol.StatusCompleteHandler = StatusComplete;
    protocol.BindAdapterHandler = Bind;
    protocol.UnbindAdapterHandler = Unbind;
    protocol.PnPEventHandler = PnPEvent;
    NdisInitUnicodeString(&protocol.Name, L"Fuzz");
    DriverObject->DriverUnload = Unload;
#ifdef LAYER
    status = RegisterMiniport();
    if (status != NDIS_STATUS_SUCCESS) return status;
#endif
    NdisRegisterProtocol(&status, &F.Protocol, &protocol, sizeof protocol);
#endif
    return status;
}
