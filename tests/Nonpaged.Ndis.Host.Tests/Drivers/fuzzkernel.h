/* The calls of fuzzdriver.c to the kernel, and the contexts in which it calls. */

static KSTART_ROUTINE ShortThread;
static PIRP Pending[16];

static VOID Waits(RANDOM *Random)
{
    PVOID objects[70] = { &F.Notification, &F.Synchronization, &F.Mutex, &F.Semaphore, &F.Timers[0], &F.Timers[1], KeGetCurrentThread() };
    LARGE_INTEGER time = Soon(Random), none = { .QuadPart = 0 };
    PLARGE_INTEGER timeout = Random->MayWait ? &time : Below(Random, 50) ? &none : &time;
    KWAIT_BLOCK blocks[64];
    KIRQL irql;
    ULONG index, count = Below(Random, 4) ? 1 + Below(Random, 5) : Below(Random, 70);

    for (index = 7; index < 70; index++) objects[index] = Below(Random, 16) ? objects[index % 7] : (PVOID)Buffer(Random);
    switch (Below(Random, 12)) {
    case 0: KeSetEvent(Below(Random, 2) ? &F.Notification : &F.Synchronization, 0, Below(Random, 2)); break;
    case 1: KeResetEvent(&F.Notification), KeClearEvent((PRKEVENT)objects[Below(Random, 10)]); break;
    case 2:
        if (KeWaitForSingleObject(&F.Mutex, Executive, KernelMode, FALSE, timeout) == STATUS_SUCCESS) KeReleaseMutex(&F.Mutex, FALSE);
        else KeReleaseMutex(&F.Mutex, FALSE);
        break;
    case 3: KeReleaseSemaphore(&F.Semaphore, 0, Below(Random, 4) ? 1 : (LONG)Next(Random), FALSE); break;
    case 4: KeWaitForSingleObject(objects[Below(Random, 2)], Executive, KernelMode, FALSE, timeout); break;
    case 5:
        /* Without the mutex, which it would keep. */
        for (index = 0; index < 70; index++) if (objects[index] == &F.Mutex) objects[index] = &F.Semaphore;
        KeWaitForMultipleObjects(count, objects, (WAIT_TYPE)Below(Random, 2), Executive, KernelMode, FALSE, timeout, Below(Random, 2) ? blocks : NULL);
        break;
    case 6: KeSetTimerEx(&F.Timers[Below(Random, 2)], AnyTime(Random), Below(Random, 3) ? 1 + (LONG)Below(Random, 5) : (LONG)Next(Random), &F.Dpcs[Below(Random, 2)]); break;
    case 7: KeCancelTimer(&F.Timers[Below(Random, 2)]), KeSetTimer((PKTIMER)objects[Below(Random, 3)], time, &F.Dpcs[0]); break;
    case 8: KeInsertQueueDpc(&F.Dpcs[Below(Random, 3)], NULL, NULL), KeRemoveQueueDpc(&F.Dpcs[Below(Random, 3)]); break;
    case 9: if (Random->MayWait || Below(Random, 50) == 0) KeFlushQueuedDpcs(); break;
    case 10:
        KeRaiseIrql((KIRQL)(Below(Random, 4) ? DISPATCH_LEVEL : Next(Random)), &irql);
        KeLowerIrql(irql);
        break;
    default: if (Random->MayWait) KeDelayExecutionThread(KernelMode, FALSE, &time), NdisMSleep(Below(Random, 1000)), NdisWaitEvent(&F.Opened, 1); break;
    }
}

static VOID Objects(RANDOM *Random)
{
    SECURITY_DESCRIPTOR descriptor;
    UNICODE_STRING text;
    HANDLE handle = NULL;
    PVOID object;
    ULONG number = Next(Random);
    SLOT slot;

    switch (Below(Random, 9)) {
    case 0:
    case 1:
        if ((Below(Random, 2) ? IoCreateNotificationEvent(Name(Random, &text), &handle) : IoCreateSynchronizationEvent(Name(Random, &text), &handle)) != NULL)
            Keep(EVENT, handle, NULL, 0);
        break;
    case 2:
        if (Take(Random, EVENT, &slot)) Close(&slot);
        ZwClose(Closed(Random));
        break;
    case 3:
        if (ObReferenceObjectByHandle(AnyHandle(Random), Next(Random), Below(Random, 2) ? *ExEventObjectType : NULL, KernelMode, &object, NULL) == STATUS_SUCCESS)
            ObDereferenceObject(object);
        break;
    case 4: ObReferenceObject(Buffer(Random)), ObDereferenceObject(Buffer(Random)); break;
    case 5: RtlCreateSecurityDescriptor(&descriptor, 1), ZwSetSecurityObject(AnyHandle(Random), Next(Random), Below(Random, 4) ? &descriptor : NULL); break;
    case 6:
        ZwSetInformationThread(AnyHandle(Random), (THREADINFOCLASS)Below(Random, 6), &number, Below(Random, 4) ? 4 : Next(Random));
        KeSetPriorityThread(KeGetCurrentThread(), (LONG)number);
        break;
    case 7:
        if (NdisInterlockedIncrement(&F.Outstanding) < 16 && PsCreateSystemThread(&handle, Next(Random), NULL, NULL, NULL, ShortThread, NULL) == STATUS_SUCCESS)
            ZwClose(handle);
        else NdisInterlockedDecrement(&F.Outstanding);
        break;
    /* Not within a function that NDIS called on a thread of the driver: such a thread stays where it is. */
    default: if (!Random->MayWait && Depth == 1) PsTerminateSystemThread(0); break;
    }
}

static VOID ItemDone(PDEVICE_OBJECT Device, PVOID Context)
{
    UNREFERENCED_PARAMETER(Device);
    Steps(TRUE, 4);
    IoFreeWorkItem((PIO_WORKITEM)Context);
    NdisInterlockedDecrement(&F.Outstanding);
}

static VOID Later(RANDOM *Random)
{
    UINT one = Below(Random, 2);
    PIO_WORKITEM item;
    BOOLEAN wasSet;

    if (F.Stop) return;
    switch (Below(Random, 6)) {
    case 0: NdisSetTimer(&F.NdisTimers[one], Below(Random, 4)); break;
    case 1: NdisCancelTimer(&F.NdisTimers[one], &wasSet); break;
    case 2:
        if (__atomic_exchange_n(&F.WorkBusy[one], 1, __ATOMIC_SEQ_CST) != 0) break;
        if (NdisScheduleWorkItem(&F.Work[one]) != NDIS_STATUS_SUCCESS) F.WorkBusy[one] = 0;
        break;
    case 3: if (__atomic_exchange_n(&F.ExBusy, 1, __ATOMIC_SEQ_CST) == 0) ExQueueWorkItem(&F.ExWork, DelayedWorkQueue); break;
    case 4:
        item = IoAllocateWorkItem(F.Devices[one]);
        if (NdisInterlockedIncrement(&F.Outstanding) < 16) IoQueueWorkItem(item, ItemDone, DelayedWorkQueue, item);
        else IoFreeWorkItem(item), NdisInterlockedDecrement(&F.Outstanding);
        break;
    default: IoFreeWorkItem((PIO_WORKITEM)Closed(Random)), IoQueueWorkItem((PIO_WORKITEM)Closed(Random), ItemDone, DelayedWorkQueue, NULL); break;
    }
}

static VOID Lists(RANDOM *Random)
{
    UINT one = Below(Random, 16);
    PLIST_ENTRY entry;
    KIRQL irql;

    if (Below(Random, 2) && __atomic_exchange_n(&F.EntryBusy[one], 1, __ATOMIC_SEQ_CST) == 0) {
        if (Below(Random, 2)) ExInterlockedInsertHeadList(&F.List, &F.Entries[one], &F.ListLock);
        else ExInterlockedInsertTailList(&F.List, &F.Entries[one], &F.ListLock);
    }
    if (Below(Random, 2) && (entry = ExInterlockedRemoveHeadList(&F.List, &F.ListLock)) != NULL)
        __atomic_store_n(&F.EntryBusy[entry - F.Entries], 0, __ATOMIC_SEQ_CST);
    KeAcquireSpinLock(&F.ListLock, &irql);
    KeReleaseSpinLock(&F.ListLock, Below(Random, 8) ? irql : (KIRQL)Next(Random));
    KeLowerIrql(irql);
}

/* Devices and IRPs. */

static VOID Complete(PIRP Irp, NTSTATUS Status)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = 0;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
}

static PIRP TakePending(UINT Index)
{
    PIRP irp;
    KIRQL irql;
    IoAcquireCancelSpinLock(&irql);
    irp = Pending[Index];
    Pending[Index] = NULL;
    if (irp != NULL) IoSetCancelRoutine(irp, NULL);
    IoReleaseCancelSpinLock(irql);
    return irp;
}

static VOID Cancelled(PDEVICE_OBJECT Device, PIRP Irp)
{
    UINT index;
    BOOLEAN found = FALSE;
    UNREFERENCED_PARAMETER(Device);
    for (index = 0; index < 16 && !found; index++) if (Pending[index] == Irp) Pending[index] = NULL, found = TRUE;
    IoReleaseCancelSpinLock(Irp->CancelIrql);
    if (found) Complete(Irp, STATUS_CANCELLED);
}

static NTSTATUS Dispatch(PDEVICE_OBJECT Device, PIRP Irp)
{
    RANDOM random = RandomOf(FALSE);
    UINT index = Below(&random, 16);
    BOOLEAN kept = FALSE;
    NTSTATUS status = Below(&random, 2) ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
    KIRQL irql;

    UNREFERENCED_PARAMETER(Device);
    Steps(FALSE, 2);
    if (!F.Stop && Below(&random, 2)) {
        IoMarkIrpPending(Irp);
        IoAcquireCancelSpinLock(&irql);
        if (Pending[index] == NULL) Pending[index] = Irp, kept = TRUE, IoSetCancelRoutine(Irp, Cancelled);
        IoReleaseCancelSpinLock(irql);
        if (!kept) Complete(Irp, status);
        return STATUS_PENDING;
    }
    Complete(Irp, status);
    return status;
}

static NTSTATUS Completed(PDEVICE_OBJECT Device, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(Device), UNREFERENCED_PARAMETER(Context);
    IoFreeIrp(Irp);
    NdisInterlockedDecrement(&F.Irps);
    return STATUS_MORE_PROCESSING_REQUIRED;
}

static VOID Devices(RANDOM *Random)
{
    UINT one = Below(Random, DEVICES);
    PDEVICE_OBJECT device;
    UNICODE_STRING text, other;
    ULONG needed;
    PIRP irp;
    KIRQL irql;

    switch (Below(Random, 9)) {
    case 0:
    case 1:
        irp = IoAllocateIrp((CCHAR)(Below(Random, 4) ? 1 + Below(Random, 3) : Next(Random)), FALSE);
        if (irp == NULL) break;
        NdisInterlockedIncrement(&F.Irps);
        IoGetNextIrpStackLocation(irp)->MajorFunction = (UCHAR)(Below(Random, 4) ? Below(Random, 28) : Next(Random));
        IoSetCompletionRoutine(irp, Completed, NULL, TRUE, TRUE, TRUE);
        IoCallDriver(Below(Random, 8) ? F.Devices[one] : (PDEVICE_OBJECT)(PVOID)Buffer(Random), irp);
        break;
    case 2:
        irp = TakePending(Below(Random, 16));
        if (irp != NULL) Complete(irp, STATUS_SUCCESS);
        break;
    case 3:
        /* With the lock the IRP cannot be freed before its cancel begins. */
        irp = Pending[Below(Random, 16)];
        if (irp != NULL) IoCancelIrp(irp);
        break;
    case 4: IoCompleteRequest((PIRP)(PVOID)Buffer(Random), 0), IoFreeIrp((PIRP)(PVOID)Buffer(Random)), IoCancelIrp((PIRP)(PVOID)Buffer(Random)); break;
    case 5:
        if (IoCreateDevice(F.Object, Below(Random, 8) ? Length(Random) : 0xfffff000u | Next(Random), Name(Random, &text), Next(Random), Next(Random), Below(Random, 2), &device)
            == STATUS_SUCCESS) {
            IoAttachDeviceToDeviceStack(device, Below(Random, 2) ? device : NULL);
            IoGetAttachedDevice(device);
            IoDeleteDevice(device);
        }
        IoDeleteDevice((PDEVICE_OBJECT)(PVOID)Buffer(Random));
        break;
    case 6:
        if (IoCreateSymbolicLink(Name(Random, &text), Name(Random, &other)) == STATUS_SUCCESS) IoDeleteSymbolicLink(&text);
        break;
    case 7: IoGetDeviceProperty(F.Devices[one], (DEVICE_REGISTRY_PROPERTY)Below(Random, 20), Length(Random), Buffer(Random), &needed); break;
    default:
        NdisMDeregisterDevice(Closed(Random));
        IoAcquireCancelSpinLock(&irql), IoReleaseCancelSpinLock(Below(Random, 4) ? irql : (KIRQL)Next(Random)), KeLowerIrql(irql);
        if (Below(Random, 4) == 0) IoReleaseCancelSpinLock(irql);
        break;
    }
}

static VOID Step(RANDOM *Random)
{
    static VOID (*const subjects[])(RANDOM *) = {
        Sends, Sends, Packets, Requests, Bindings, Layers, Indications, Parameters, Keys, Files, Memory, Waits, Waits, Objects, Later, Lists, Devices, Devices
    };
    if (Depth >= DEEPEST) return;
    Depth++;
    NdisInterlockedIncrement(&F.Calls);
    subjects[Below(Random, sizeof subjects / sizeof *subjects)](Random);
    Depth--;
}

static VOID Steps(BOOLEAN MayWait, ULONG Most)
{
    RANDOM random = RandomOf(MayWait);
    ULONG count = Below(&random, Most + 1);
    while (count-- > 0 && !F.Stop) Step(&random);
}

static VOID ShortThread(PVOID Context)
{
    UNREFERENCED_PARAMETER(Context);
    Steps(TRUE, 8);
    NdisInterlockedDecrement(&F.Outstanding);
    if ((F.Calls & 1) == 0) PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID LongThread(PVOID Context)
{
    RANDOM random = RandomOf(TRUE);
    ULONGLONG end = KeQueryInterruptTime() + F.Milliseconds * 10000ull;
    UNREFERENCED_PARAMETER(Context);
    while (!F.Stop && KeQueryInterruptTime() < end) Step(&random);
    PsTerminateSystemThread(STATUS_SUCCESS);
}
