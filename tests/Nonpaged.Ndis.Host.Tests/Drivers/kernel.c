/*
 * The sample's driver, which first calls the kernel from MiniportInitialize, from its own threads and from DPCs, and says what did
 * not do as documented. A definition of LEFT_... or WRONG_... has it leave something, or make one mistake.
 */
#include <ndis.h>

static NDIS_STATUS Register(NDIS_HANDLE Wrapper, PNDIS_MINIPORT_CHARACTERISTICS Characteristics, UINT Length);
#undef NdisMRegisterMiniport
#define NdisMRegisterMiniport(handle, characteristics, length) Register((handle), (characteristics), (length))
#include SAMPLE

static LONG Checks, Failures;
#define CHECK(condition) \
    (InterlockedIncrement(&Checks), (condition) ? (void)0 : (void)(InterlockedIncrement(&Failures), DbgPrint("FAILED %s (line %d)\n", #condition, __LINE__)))
#define MILLISECONDS(count) (-10000LL * (count))

static LARGE_INTEGER Time(LONGLONG Value)
{
    LARGE_INTEGER time;
    time.QuadPart = Value;
    return time;
}

static NTSTATUS WaitFor(PVOID Object, LONGLONG Value)
{
    LARGE_INTEGER time = Time(Value);
    return KeWaitForSingleObject(Object, Executive, KernelMode, FALSE, &time);
}

#define FOREVER MILLISECONDS(60000)

/* Events, and waits that run out. */
static VOID CheckEvents(VOID)
{
    KEVENT notification, synchronization;
    KSEMAPHORE semaphore;
    PVOID objects[2] = { &notification, &synchronization };
    LARGE_INTEGER now, before, after, time = Time(MILLISECONDS(20));
    PKEVENT named, same;
    HANDLE first, second, third;
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\BaseNamedObjects\\Nonpaged");
    PVOID object;

    KeInitializeEvent(&notification, NotificationEvent, FALSE);
    KeInitializeEvent(&synchronization, SynchronizationEvent, TRUE);
    CHECK(KeReadStateEvent(&notification) == 0 && KeReadStateEvent(&synchronization) == 1);
    CHECK(WaitFor(&notification, 0) == STATUS_TIMEOUT);
    before = KeQueryPerformanceCounter(&now);
    CHECK(WaitFor(&notification, MILLISECONDS(20)) == STATUS_TIMEOUT);
    after = KeQueryPerformanceCounter(NULL);
    CHECK((after.QuadPart - before.QuadPart) * 1000 / now.QuadPart >= 19);
    KeQuerySystemTime(&now);
    CHECK(WaitFor(&notification, now.QuadPart - 10000) == STATUS_TIMEOUT);
    CHECK(WaitFor(&notification, now.QuadPart + 100000) == STATUS_TIMEOUT);
    CHECK(WaitFor(&synchronization, FOREVER) == STATUS_SUCCESS && KeReadStateEvent(&synchronization) == 0);
    CHECK(KeSetEvent(&notification, IO_NO_INCREMENT, FALSE) == 0 && KeSetEvent(&notification, 0, FALSE) == 1);
    CHECK(WaitFor(&notification, FOREVER) == STATUS_SUCCESS && KeReadStateEvent(&notification) == 1);
    CHECK(KeWaitForMultipleObjects(2, objects, WaitAny, Executive, KernelMode, FALSE, NULL, NULL) == STATUS_WAIT_0);
    CHECK(KeWaitForMultipleObjects(2, objects, WaitAll, Executive, KernelMode, FALSE, &time, NULL) == STATUS_TIMEOUT);
    KeSetEvent(&synchronization, 0, FALSE);
    CHECK(KeWaitForMultipleObjects(2, objects, WaitAll, Executive, KernelMode, FALSE, &time, NULL) == STATUS_WAIT_0);
    CHECK(KeReadStateEvent(&synchronization) == 0 && KeResetEvent(&notification) == 1);
    KeSetEvent(&synchronization, 0, FALSE);
    CHECK(KeWaitForMultipleObjects(2, objects, WaitAny, Executive, KernelMode, FALSE, &time, NULL) == STATUS_WAIT_0 + 1);
    KeSetEvent(&notification, 0, FALSE);
    KeClearEvent(&notification);
    CHECK(KeReadStateEvent(&notification) == 0);

    KeInitializeSemaphore(&semaphore, 1, 2);
    CHECK(WaitFor(&semaphore, 0) == STATUS_SUCCESS && WaitFor(&semaphore, 0) == STATUS_TIMEOUT);
    CHECK(KeReleaseSemaphore(&semaphore, 0, 2, FALSE) == 0 && KeReadStateSemaphore(&semaphore) == 2);

    named = IoCreateNotificationEvent(&name, &first);
    CHECK(named != NULL && KeReadStateEvent(named) == 1);
    KeClearEvent(named);
    same = IoCreateNotificationEvent(&name, &second);
    CHECK(same == named && KeReadStateEvent(named) == 0 && first != second);
    CHECK(IoCreateSynchronizationEvent(&name, &third) == NULL && third == NULL);
    CHECK(ObReferenceObjectByHandle(first, EVENT_ALL_ACCESS, *ExEventObjectType, KernelMode, &object, NULL) == STATUS_SUCCESS);
    CHECK(object == named);
    CHECK(ObReferenceObjectByHandle(first, 0, *PsThreadType, KernelMode, &object, NULL) == STATUS_OBJECT_TYPE_MISMATCH);
    ObReferenceObject(named);
    ObDereferenceObject(named);
    ObDereferenceObject(named);
    CHECK(ZwClose(first) == STATUS_SUCCESS && ZwClose(second) == STATUS_SUCCESS);
}

static KMUTEX Mutex;
static KEVENT Begun, Go;
static LONG Ran, Protected;
static PKTHREAD OwnThread;

static VOID OnThread(PVOID Context)
{
    LONG index;
    CHECK(Context == &Ran && KeGetCurrentIrql() == PASSIVE_LEVEL);
    OwnThread = PsGetCurrentThread();
    KeSetEvent(&Begun, 0, FALSE);
    CHECK(KeWaitForSingleObject(&Go, Executive, KernelMode, FALSE, NULL) == STATUS_SUCCESS);
    for (index = 0; index < 100; index++) {
        LONG before;
        CHECK(KeWaitForMutexObject(&Mutex, Executive, KernelMode, FALSE, NULL) == STATUS_SUCCESS);
        before = Protected;
        YieldProcessor();
        Protected = before + 1;
        KeReleaseMutex(&Mutex, FALSE);
    }
    InterlockedIncrement(&Ran);
    if (index == 100) PsTerminateSystemThread(STATUS_SUCCESS);
    CHECK(!"PsTerminateSystemThread returned");
}

static VOID Deeper(LONG Depth)
{
    volatile UCHAR room[256];
    room[0] = (UCHAR)Depth;
    if (Depth == 0) PsTerminateSystemThread(STATUS_UNSUCCESSFUL);
    else Deeper(Depth - 1);
    room[1] = room[0];
}

static VOID OnOtherThread(PVOID Context)
{
    LARGE_INTEGER time = Time(MILLISECONDS(5));
    CHECK(Context == NULL);
    CHECK(KeDelayExecutionThread(KernelMode, FALSE, &time) == STATUS_SUCCESS);
    InterlockedIncrement(&Ran);
    Deeper(10);
}

static VOID OnReturningThread(PVOID Context)
{
    KeSetEvent((PKEVENT)Context, 0, FALSE);
}

static VOID CheckThreads(VOID)
{
    HANDLE handle, handles[3];
    PVOID thread, threads[3];
    KEVENT returned;
    KPRIORITY priority = LOW_REALTIME_PRIORITY;
    ULONG index, major = 0, minor = 0;
    LONG at;

    KeInitializeMutex(&Mutex, 0);
    KeInitializeEvent(&Begun, SynchronizationEvent, FALSE);
    KeInitializeEvent(&Go, NotificationEvent, FALSE);
    CHECK(PsCreateSystemThread(&handle, THREAD_ALL_ACCESS, NULL, NULL, NULL, OnThread, &Ran) == STATUS_SUCCESS);
    CHECK(ObReferenceObjectByHandle(handle, THREAD_ALL_ACCESS, *PsThreadType, KernelMode, &thread, NULL) == STATUS_SUCCESS);
    CHECK(ObReferenceObjectByHandle(handle, 0, *ExEventObjectType, KernelMode, &threads[0], NULL) == STATUS_OBJECT_TYPE_MISMATCH);
    CHECK(ZwSetInformationThread(handle, ThreadPriority, &priority, sizeof priority) == STATUS_SUCCESS);
    CHECK(ZwSetInformationThread(handle, ThreadPriority, &priority, 1) == STATUS_INFO_LENGTH_MISMATCH);
    CHECK(ZwSetInformationThread(NtCurrentThread(), ThreadPriority, &priority, sizeof priority) == STATUS_SUCCESS);
    CHECK(KeSetPriorityThread((PKTHREAD)thread, 8) == LOW_REALTIME_PRIORITY);
    CHECK(WaitFor(&Begun, FOREVER) == STATUS_SUCCESS);
    CHECK(OwnThread == thread && PsGetCurrentThread() != thread && KeGetCurrentThread() == PsGetCurrentThread());
    CHECK(WaitFor(thread, MILLISECONDS(5)) == STATUS_TIMEOUT);
    KeSetEvent(&Go, 0, FALSE);
    for (at = 0; at < 100; at++) {
        LONG before;
        CHECK(KeWaitForMutexObject(&Mutex, Executive, KernelMode, FALSE, NULL) == STATUS_SUCCESS);
        /* A thread may take it again. */
        CHECK(WaitFor(&Mutex, 0) == STATUS_SUCCESS && KeReadStateMutex(&Mutex) == -1);
        before = Protected;
        YieldProcessor();
        Protected = before + 1;
        CHECK(KeReleaseMutex(&Mutex, FALSE) == -1);
        CHECK(KeReleaseMutex(&Mutex, FALSE) == 0);
    }
    CHECK(KeWaitForSingleObject(thread, Executive, KernelMode, FALSE, NULL) == STATUS_SUCCESS);
    CHECK(Ran == 1 && Protected == 200 && KeReadStateMutex(&Mutex) == 1);
    CHECK(WaitFor(thread, 0) == STATUS_SUCCESS);
    ObDereferenceObject(thread);
    CHECK(ZwClose(handle) == STATUS_SUCCESS);

    for (index = 0; index < 3; index++) {
        CHECK(PsCreateSystemThread(&handles[index], 0, NULL, NULL, NULL, OnOtherThread, NULL) == STATUS_SUCCESS);
        CHECK(ObReferenceObjectByHandle(handles[index], 0, NULL, KernelMode, &threads[index], NULL) == STATUS_SUCCESS);
        ZwClose(handles[index]);
    }
    CHECK(KeWaitForMultipleObjects(3, threads, WaitAll, Executive, KernelMode, FALSE, NULL, NULL) == STATUS_SUCCESS && Ran == 4);
    for (index = 0; index < 3; index++) ObDereferenceObject(threads[index]);
    KeInitializeEvent(&returned, NotificationEvent, FALSE);
    CHECK(PsCreateSystemThread(&handle, 0, NULL, NULL, NULL, OnReturningThread, &returned) == STATUS_SUCCESS);
    CHECK(ObReferenceObjectByHandle(handle, 0, NULL, KernelMode, &thread, NULL) == STATUS_SUCCESS);
    ZwClose(handle);
    CHECK(WaitFor(&returned, FOREVER) == STATUS_SUCCESS && WaitFor(thread, FOREVER) == STATUS_SUCCESS);
    ObDereferenceObject(thread);
    PsGetVersion(&major, &minor, NULL, NULL);
    CHECK(major == 5 && minor == 1);
}

static LONG DpcRuns;
static KEVENT DpcRan;

static VOID OnDpc(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second)
{
    CHECK(KeGetCurrentIrql() == DISPATCH_LEVEL && Context == &DpcRuns && Dpc != NULL);
    CHECK((First == NULL && Second == NULL) || (First == (PVOID)1 && Second == (PVOID)2));
    InterlockedIncrement(&DpcRuns);
    KeSetEvent(&DpcRan, 0, FALSE);
}

static VOID OnSlowDpc(PKDPC Dpc, PVOID Context, PVOID First, PVOID Second)
{
    ULONG index;
    UNREFERENCED_PARAMETER(Dpc), UNREFERENCED_PARAMETER(First), UNREFERENCED_PARAMETER(Second);
    for (index = 0; index < 100; index++) KeStallExecutionProcessor(50);
    InterlockedIncrement((PLONG)Context);
}

static VOID OnNdisTimer(PVOID Specific1, PVOID Context, PVOID Specific2, PVOID Specific3)
{
    UNREFERENCED_PARAMETER(Specific1), UNREFERENCED_PARAMETER(Specific2), UNREFERENCED_PARAMETER(Specific3);
    CHECK(KeGetCurrentIrql() == DISPATCH_LEVEL);
    NdisSetEvent((PNDIS_EVENT)Context);
}

static VOID CheckDpcs(VOID)
{
    static KDPC dpc, slow, later;
    static KTIMER timer, synchronization;
    LONG slowRuns = 0;
    ULONGLONG before;
    LARGE_INTEGER ticks;

    KeInitializeEvent(&DpcRan, SynchronizationEvent, FALSE);
    KeInitializeDpc(&dpc, OnDpc, &DpcRuns);
    CHECK(!KeRemoveQueueDpc(&dpc));
    CHECK(KeInsertQueueDpc(&dpc, (PVOID)1, (PVOID)2));
    CHECK(WaitFor(&DpcRan, FOREVER) == STATUS_SUCCESS && DpcRuns == 1);
    KeInitializeDpc(&slow, OnSlowDpc, &slowRuns);
    KeInitializeDpc(&later, OnSlowDpc, &slowRuns);
    KeSetImportanceDpc(&later, LowImportance);
    KeSetTargetProcessorDpc(&later, 0);
    CHECK(KeInsertQueueDpc(&slow, NULL, NULL) && KeInsertQueueDpc(&later, NULL, NULL));
    CHECK(!KeInsertQueueDpc(&later, NULL, NULL) && KeRemoveQueueDpc(&later) && !KeRemoveQueueDpc(&later));
    CHECK(KeInsertQueueDpc(&later, NULL, NULL));
    KeFlushQueuedDpcs();
    CHECK(slowRuns == 2);

    KeInitializeTimer(&timer);
    CHECK(!KeCancelTimer(&timer) && !KeReadStateTimer(&timer));
    CHECK(!KeSetTimer(&timer, Time(FOREVER), NULL) && KeSetTimer(&timer, Time(MILLISECONDS(5)), &dpc));
    CHECK(WaitFor(&timer, FOREVER) == STATUS_SUCCESS && WaitFor(&timer, 0) == STATUS_SUCCESS && KeReadStateTimer(&timer));
    CHECK(WaitFor(&DpcRan, FOREVER) == STATUS_SUCCESS && DpcRuns == 2);
    CHECK(!KeCancelTimer(&timer));
    KeInitializeTimerEx(&synchronization, SynchronizationTimer);
    CHECK(!KeSetTimerEx(&synchronization, Time(MILLISECONDS(1)), 2, NULL));
    CHECK(WaitFor(&synchronization, FOREVER) == STATUS_SUCCESS && WaitFor(&synchronization, FOREVER) == STATUS_SUCCESS);
    CHECK(KeCancelTimer(&synchronization));
    CHECK(!KeSetTimer(&synchronization, Time(FOREVER), NULL) && KeCancelTimer(&synchronization));
    CHECK(WaitFor(&synchronization, MILLISECONDS(5)) != STATUS_PENDING);
    before = KeQueryInterruptTime();
    KeStallExecutionProcessor(50);
    CHECK(KeQueryInterruptTime() >= before + 400);
    KeQueryTickCount(&ticks);
    CHECK(ticks.QuadPart > 0 && KeQueryTimeIncrement() == 156250 && KeQueryActiveProcessors() == 1);
}

static KSPIN_LOCK Lock;

static VOID OnLockingThread(PVOID Context)
{
    KIRQL irql;
    ULONG index;
    for (index = 0; index < 1000; index++) {
        LONG before;
        KeAcquireSpinLock(&Lock, &irql);
        before = *(PLONG)Context;
        YieldProcessor();
        *(PLONG)Context = before + 1;
        KeReleaseSpinLock(&Lock, irql);
    }
}

static VOID CheckLocks(VOID)
{
    KLOCK_QUEUE_HANDLE queue;
    KIRQL irql;
    LIST_ENTRY head, entries[2];
    SINGLE_LIST_ENTRY single = { NULL }, pushed;
    SLIST_HEADER list;
    SLIST_ENTRY nodes[2];
    NPAGED_LOOKASIDE_LIST lookaside;
    HANDLE handle;
    PVOID thread, block;
    ULONG number = 5;
    LONG shared = 0;

    KeInitializeSpinLock(&Lock);
    KeAcquireSpinLock(&Lock, &irql);
    CHECK(irql == PASSIVE_LEVEL && KeGetCurrentIrql() == DISPATCH_LEVEL);
    KeReleaseSpinLock(&Lock, irql);
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL && Lock == 0);
    irql = KeRaiseIrqlToDpcLevel();
    KeAcquireSpinLockAtDpcLevel(&Lock);
    KeReleaseSpinLockFromDpcLevel(&Lock);
    KeLowerIrql(irql);
    KeAcquireInStackQueuedSpinLock(&Lock, &queue);
    CHECK(KeGetCurrentIrql() == DISPATCH_LEVEL);
    KeReleaseInStackQueuedSpinLock(&queue);
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
    CHECK(PsCreateSystemThread(&handle, 0, NULL, NULL, NULL, OnLockingThread, &shared) == STATUS_SUCCESS);
    CHECK(ObReferenceObjectByHandle(handle, 0, NULL, KernelMode, &thread, NULL) == STATUS_SUCCESS);
    ZwClose(handle);
    OnLockingThread(&shared);
    CHECK(WaitFor(thread, FOREVER) == STATUS_SUCCESS && shared == 2000);
    ObDereferenceObject(thread);

    InitializeListHead(&head);
    CHECK(ExInterlockedRemoveHeadList(&head, &Lock) == NULL);
    CHECK(ExInterlockedInsertTailList(&head, &entries[0], &Lock) == NULL);
    CHECK(ExInterlockedInsertHeadList(&head, &entries[1], &Lock) == &entries[0]);
    CHECK(ExInterlockedRemoveHeadList(&head, &Lock) == &entries[1] && ExInterlockedRemoveHeadList(&head, &Lock) == &entries[0]);
    CHECK(ExInterlockedPushEntryList(&single, &pushed, &Lock) == NULL && ExInterlockedPopEntryList(&single, &Lock) == &pushed);
    CHECK(ExInterlockedPopEntryList(&single, &Lock) == NULL && Lock == 0);
    ExInitializeSListHead(&list);
    CHECK(ExInterlockedPushEntrySList(&list, &nodes[0], &Lock) == NULL && InterlockedPushEntrySList(&list, &nodes[1]) == &nodes[0]);
    CHECK(ExQueryDepthSList(&list) == 2 && ExInterlockedPopEntrySList(&list, &Lock) == &nodes[1]);
    CHECK(InterlockedFlushSList(&list) == &nodes[0] && InterlockedPopEntrySList(&list) == NULL);
    CHECK(ExInterlockedAddUlong(&number, 3, &Lock) == 5 && number == 8);
    ExInitializeNPagedLookasideList(&lookaside, NULL, NULL, 0, 100, 'tset', 0);
    block = ExAllocateFromNPagedLookasideList(&lookaside);
    CHECK(block != NULL);
    ExFreeToNPagedLookasideList(&lookaside, block);
    ExDeleteNPagedLookasideList(&lookaside);
}

static VOID CheckMdls(VOID)
{
    PUCHAR block = (PUCHAR)ExAllocatePoolWithTag(NonPagedPool, 10000, 'tset');
    PMDL mdl = IoAllocateMdl(block + 100, 9000, FALSE, FALSE, NULL);
    PPFN_NUMBER frames;

    CHECK(mdl != NULL && MmGetMdlByteCount(mdl) == 9000 && MmGetMdlVirtualAddress(mdl) == block + 100);
    MmBuildMdlForNonPagedPool(mdl);
    CHECK(MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) == block + 100 && NdisBufferLength(mdl) == 9000);
    frames = MmGetMdlPfnArray(mdl);
    CHECK(frames != NULL && frames[0] == (PFN_NUMBER)(MmGetPhysicalAddress(block + 100).QuadPart >> PAGE_SHIFT));
    MmProbeAndLockPages(mdl, KernelMode, IoWriteAccess);
    CHECK(MmMapLockedPagesSpecifyCache(mdl, KernelMode, MmCached, NULL, FALSE, NormalPagePriority) == block + 100);
    MmUnmapLockedPages(block + 100, mdl);
    MmUnlockPages(mdl);
    IoFreeMdl(mdl);
    ExFreePoolWithTag(block, 'tset');
}

static VOID CheckStrings(VOID)
{
    WCHAR room[16];
    UNICODE_STRING text = { 0, sizeof room, room }, guidText, number = RTL_CONSTANT_STRING(L" 0x1Fz");
    STRING lower, upper;
    CHAR letters[8];
    GUID guid = { 0x12345678, 0x9abc, 0xdef0, { 1, 2, 3, 4, 5, 6, 7, 8 } }, again;
    SECURITY_DESCRIPTOR descriptor;
    ULONG value;

    CHECK(RtlIntegerToUnicodeString(48879, 16, &text) == STATUS_SUCCESS && text.Length == 8 && room[0] == 'B' && room[3] == 'F');
    CHECK(RtlUnicodeStringToInteger(&text, 16, &value) == STATUS_SUCCESS && value == 48879);
    CHECK(RtlUnicodeStringToInteger(&number, 0, &value) == STATUS_SUCCESS && value == 31);
    RtlInitString(&lower, "abc");
    upper.Buffer = letters, upper.Length = 0, upper.MaximumLength = sizeof letters;
    RtlUpperString(&upper, &lower);
    CHECK(upper.Length == 3 && letters[2] == 'C' && RtlEqualString(&lower, &upper, TRUE) && RtlCompareString(&lower, &upper, FALSE) > 0);
    CHECK(RtlStringFromGUID(&guid, &guidText) == STATUS_SUCCESS && guidText.Buffer[1] == '1' && guidText.Buffer[36] == '8');
    CHECK(RtlGUIDFromString(&guidText, &again) == STATUS_SUCCESS && RtlEqualMemory(&guid, &again, sizeof guid));
    RtlFreeUnicodeString(&guidText);
    CHECK(RtlCreateSecurityDescriptor(&descriptor, SECURITY_DESCRIPTOR_REVISION) == STATUS_SUCCESS);
    CHECK(RtlSetDaclSecurityDescriptor(&descriptor, TRUE, NULL, FALSE) == STATUS_SUCCESS && descriptor.Control == SE_DACL_PRESENT);
}

static ULONG Seen;

static NTSTATUS OnValue(PWSTR Name, ULONG Type, PVOID Data, ULONG Length, PVOID Context, PVOID EntryContext)
{
    CHECK(Context == &Seen && EntryContext == (PVOID)7);
    if (Type == REG_DWORD) CHECK(Length == 4 && *(PULONG)Data == 4711 && Name[0] == 'N');
    Seen++;
    return STATUS_SUCCESS;
}

static VOID CheckDatesAndText(VOID)
{
    LARGE_INTEGER time, same;
    TIME_FIELDS date;
    WCHAR text[16];

    time.QuadPart = 0;
    RtlTimeToTimeFields(&time, &date);
    CHECK(date.Year == 1601 && date.Month == 1 && date.Day == 1 && date.Hour == 0 && date.Weekday == 1);
    /* 2024-02-29, a Thursday, 23:59:58.765. */
    time.QuadPart = 133537247987650000LL;
    RtlTimeToTimeFields(&time, &date);
    CHECK(date.Year == 2024 && date.Month == 2 && date.Day == 29 && date.Weekday == 4);
    CHECK(date.Hour == 23 && date.Minute == 59 && date.Second == 58 && date.Milliseconds == 765);
    CHECK(RtlTimeFieldsToTime(&date, &same) && same.QuadPart == time.QuadPart);
    date.Year = 2023;
    CHECK(!RtlTimeFieldsToTime(&date, &same));
    ExSystemTimeToLocalTime(&time, &same);
    CHECK(same.QuadPart == time.QuadPart);

    wcscat(wcscpy(text, L"ab"), L"Cd");
    CHECK(wcslen(text) == 4 && wcscmp(text, L"abcd") < 0 && _wcsicmp(text, L"ABCD") == 0 && wcsncmp(text, L"abD", 2) == 0);
    CHECK(wcschr(text, L'b') == text + 1 && wcsrchr(text, L'x') == NULL && wcsstr(text, L"Cd") == text + 2);
    CHECK(_stricmp("Abc", "aBC") == 0 && _stricmp("a", "B") < 0 && _strnicmp("abX", "ABy", 2) == 0);
}

static VOID CheckRegistry(VOID)
{
    UNICODE_STRING path = RTL_CONSTANT_STRING(L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\DRIVER");
    UNICODE_STRING parameters = RTL_CONSTANT_STRING(L"Parameters"), number = RTL_CONSTANT_STRING(L"number"), own = RTL_CONSTANT_STRING(L"Own");
    UNICODE_STRING missing = RTL_CONSTANT_STRING(L"Missing"), direct = { 0, 0, NULL }, other = RTL_CONSTANT_STRING(L"Adapters");
    OBJECT_ATTRIBUTES attributes;
    HANDLE key, below, none;
    UCHAR room[128];
    PKEY_VALUE_PARTIAL_INFORMATION partial = (PKEY_VALUE_PARTIAL_INFORMATION)(PVOID)room;
    PKEY_VALUE_FULL_INFORMATION full = (PKEY_VALUE_FULL_INFORMATION)(PVOID)room;
    PKEY_BASIC_INFORMATION basic = (PKEY_BASIC_INFORMATION)(PVOID)room;
    PKEY_FULL_INFORMATION all = (PKEY_FULL_INFORMATION)(PVOID)room;
    RTL_QUERY_REGISTRY_TABLE table[5];
    ULONG needed, disposition, value = 0, absent = 0, fallback = 9;

    InitializeObjectAttributes(&attributes, &path, OBJ_CASE_INSENSITIVE, NULL, NULL);
    CHECK(ZwOpenKey(&key, KEY_READ, &attributes) == STATUS_SUCCESS);
    CHECK(ZwQueryValueKey(key, &number, KeyValuePartialInformation, partial, sizeof room, &needed) == STATUS_SUCCESS);
    CHECK(partial->Type == REG_DWORD && partial->DataLength == 4 && needed == 16 && *(PULONG)(PVOID)partial->Data == 4711);
    CHECK(ZwQueryValueKey(key, &number, KeyValuePartialInformation, partial, 4, &needed) == STATUS_BUFFER_TOO_SMALL && needed == 16);
    CHECK(ZwQueryValueKey(key, &number, KeyValuePartialInformation, partial, 14, &needed) == STATUS_BUFFER_OVERFLOW);
    CHECK(ZwQueryValueKey(key, &missing, KeyValuePartialInformation, partial, sizeof room, &needed) == STATUS_OBJECT_NAME_NOT_FOUND);
    InitializeObjectAttributes(&attributes, &parameters, OBJ_CASE_INSENSITIVE, key, NULL);
    CHECK(ZwOpenKey(&below, KEY_ALL_ACCESS, &attributes) == STATUS_SUCCESS);
    CHECK(ZwQueryValueKey(below, &number, KeyValueFullInformation, full, sizeof room, &needed) == STATUS_SUCCESS);
    CHECK(full->NameLength == 12 && full->DataLength == 4 && *(PULONG)(PVOID)(room + full->DataOffset) == 4711);
    InitializeObjectAttributes(&attributes, &missing, OBJ_CASE_INSENSITIVE, key, NULL);
    CHECK(ZwOpenKey(&none, KEY_READ, &attributes) == STATUS_OBJECT_NAME_NOT_FOUND && none == NULL);
    CHECK(ZwCreateKey(&none, KEY_ALL_ACCESS, &attributes, 0, NULL, 0, &disposition) == STATUS_SUCCESS && disposition == REG_CREATED_NEW_KEY);
    value = 77;
    CHECK(ZwSetValueKey(none, &own, 0, REG_DWORD, &value, sizeof value) == STATUS_SUCCESS);
    CHECK(ZwEnumerateValueKey(none, 0, KeyValueBasicInformation, room, sizeof room, &needed) == STATUS_SUCCESS && needed == 12 + 6);
    CHECK(ZwEnumerateValueKey(none, 1, KeyValueBasicInformation, room, sizeof room, &needed) == STATUS_NO_MORE_ENTRIES);
    CHECK(ZwQueryKey(none, KeyFullInformation, room, sizeof room, &needed) == STATUS_SUCCESS && all->Values == 1 && all->SubKeys == 0);
    CHECK(ZwFlushKey(none) == STATUS_SUCCESS && ZwDeleteValueKey(none, &own) == STATUS_SUCCESS);
    CHECK(ZwDeleteValueKey(none, &own) == STATUS_OBJECT_NAME_NOT_FOUND && ZwDeleteKey(none) == STATUS_SUCCESS && ZwClose(none) == STATUS_SUCCESS);
    CHECK(ZwEnumerateKey(key, 0, KeyBasicInformation, basic, sizeof room, &needed) == STATUS_SUCCESS && basic->NameLength == 20);
    InitializeObjectAttributes(&attributes, &other, OBJ_CASE_INSENSITIVE, key, NULL);
    CHECK(ZwOpenKey(&none, KEY_READ, &attributes) == STATUS_SUCCESS);
    CHECK(ZwEnumerateKey(none, 0, KeyBasicInformation, basic, sizeof room, &needed) == STATUS_SUCCESS && basic->Name[0] == 'F');
    ZwClose(none);

    CHECK(RtlWriteRegistryValue(RTL_REGISTRY_SERVICES, L"driver\\Parameters", L"Written", REG_SZ, L"hello", 12) == STATUS_SUCCESS);
    memset(table, 0, sizeof table);
    table[0].Flags = RTL_QUERY_REGISTRY_SUBKEY, table[0].Name = (PWSTR)(ULONG_PTR)L"Parameters";
    table[1].Flags = RTL_QUERY_REGISTRY_DIRECT | RTL_QUERY_REGISTRY_REQUIRED, table[1].Name = (PWSTR)(ULONG_PTR)L"Number", table[1].EntryContext = &value;
    table[2].Flags = RTL_QUERY_REGISTRY_DIRECT, table[2].Name = (PWSTR)(ULONG_PTR)L"Written", table[2].EntryContext = &direct;
    table[3].Flags = RTL_QUERY_REGISTRY_DIRECT, table[3].Name = (PWSTR)(ULONG_PTR)L"Absent", table[3].EntryContext = &absent;
    table[3].DefaultType = REG_DWORD, table[3].DefaultData = &fallback, table[3].DefaultLength = sizeof fallback;
    CHECK(RtlQueryRegistryValues(RTL_REGISTRY_ABSOLUTE, path.Buffer, table, NULL, NULL) == STATUS_SUCCESS);
    CHECK(value == 4711 && absent == 9 && direct.Length == 10 && direct.Buffer != NULL && direct.Buffer[4] == 'o');
    RtlFreeUnicodeString(&direct);
    memset(table, 0, sizeof table);
    table[0].QueryRoutine = OnValue, table[0].Name = (PWSTR)(ULONG_PTR)L"Number", table[0].EntryContext = (PVOID)7;
    CHECK(RtlQueryRegistryValues(RTL_REGISTRY_HANDLE, (PCWSTR)below, table, &Seen, NULL) == STATUS_SUCCESS && Seen == 1);
    table[0].Name = (PWSTR)(ULONG_PTR)L"Nothing", table[0].Flags = RTL_QUERY_REGISTRY_REQUIRED;
    CHECK(RtlQueryRegistryValues(RTL_REGISTRY_HANDLE, (PCWSTR)below, table, &Seen, NULL) == STATUS_OBJECT_NAME_NOT_FOUND && Seen == 1);
    CHECK(RtlDeleteRegistryValue(RTL_REGISTRY_SERVICES, L"driver\\Parameters", L"Written") == STATUS_SUCCESS);
    CHECK(RtlCreateRegistryKey(RTL_REGISTRY_SERVICES, L"Made") == STATUS_SUCCESS && RtlCheckRegistryKey(RTL_REGISTRY_SERVICES, L"Made") == STATUS_SUCCESS);
    CHECK(RtlCheckRegistryKey(RTL_REGISTRY_SERVICES, (PWSTR)(ULONG_PTR)L"driver") == STATUS_SUCCESS);
    CHECK(RtlCheckRegistryKey(RTL_REGISTRY_SERVICES, (PWSTR)(ULONG_PTR)L"nobody") == STATUS_OBJECT_NAME_NOT_FOUND);
    CHECK(ZwClose(below) == STATUS_SUCCESS && ZwClose(key) == STATUS_SUCCESS);
}

static VOID CheckFiles(VOID)
{
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\??\\C:\\Folder\\text.TXT"), written = RTL_CONSTANT_STRING(L"\\SystemRoot\\new.bin");
    UNICODE_STRING missing = RTL_CONSTANT_STRING(L"\\DosDevices\\C:\\missing"), outside = RTL_CONSTANT_STRING(L"\\??\\C:\\..\\..\\text");
    NDIS_STRING firmware = NDIS_STRING_CONST("firmware.bin"), absent = NDIS_STRING_CONST("absent.bin");
    NDIS_PHYSICAL_ADDRESS any = NDIS_PHYSICAL_ADDRESS_CONST(-1, -1);
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK result;
    FILE_STANDARD_INFORMATION information;
    LARGE_INTEGER offset = Time(1);
    NDIS_STATUS status;
    HANDLE file;
    PVOID mapped, again;
    CHAR text[16];
    UINT length;

    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    CHECK(ZwOpenFile(&file, GENERIC_READ, &attributes, &result, FILE_SHARE_READ, FILE_SYNCHRONOUS_IO_NONALERT) == STATUS_SUCCESS);
    CHECK(ZwQueryInformationFile(file, &result, &information, sizeof information, FileStandardInformation) == STATUS_SUCCESS);
    CHECK(information.EndOfFile.QuadPart == 5 && !information.Directory);
    CHECK(ZwReadFile(file, NULL, NULL, NULL, &result, text, sizeof text, &offset, NULL) == STATUS_SUCCESS && result.Information == 4);
    CHECK(RtlEqualMemory(text, "ello", 4));
    CHECK(ZwReadFile(file, NULL, NULL, NULL, &result, text, sizeof text, NULL, NULL) == STATUS_END_OF_FILE && ZwClose(file) == STATUS_SUCCESS);
    InitializeObjectAttributes(&attributes, &missing, OBJ_CASE_INSENSITIVE, NULL, NULL);
    CHECK(ZwOpenFile(&file, GENERIC_READ, &attributes, &result, FILE_SHARE_READ, 0) == STATUS_OBJECT_NAME_NOT_FOUND && file == NULL);
    InitializeObjectAttributes(&attributes, &outside, OBJ_CASE_INSENSITIVE, NULL, NULL);
    CHECK(ZwOpenFile(&file, GENERIC_READ, &attributes, &result, FILE_SHARE_READ, 0) == STATUS_OBJECT_NAME_NOT_FOUND);
    InitializeObjectAttributes(&attributes, &written, OBJ_CASE_INSENSITIVE, NULL, NULL);
    CHECK(ZwCreateFile(&file, GENERIC_WRITE, &attributes, &result, NULL, FILE_ATTRIBUTE_NORMAL, 0, FILE_OPEN_IF, 0, NULL, 0) == STATUS_SUCCESS);
    CHECK(result.Information == FILE_CREATED);
    CHECK(ZwWriteFile(file, NULL, NULL, NULL, &result, text, 4, NULL, NULL) == STATUS_SUCCESS && result.Information == 4);
    CHECK(ZwClose(file) == STATUS_SUCCESS);
    NdisOpenFile(&status, &file, &length, &firmware, any);
    CHECK(status == NDIS_STATUS_SUCCESS && length == 3);
    NdisMapFile(&status, &mapped, file);
    CHECK(status == NDIS_STATUS_SUCCESS && RtlEqualMemory(mapped, "\1\2\3", 3));
    NdisMapFile(&status, &again, file);
    CHECK(status == NDIS_STATUS_ALREADY_MAPPED);
    NdisUnmapFile(file);
    NdisCloseFile(file);
    NdisOpenFile(&status, &file, &length, &absent, any);
    CHECK(status == NDIS_STATUS_FILE_NOT_FOUND);
}

static VOID OnWorkItem(PDEVICE_OBJECT Device, PVOID Context)
{
    CHECK(Device == (PDEVICE_OBJECT)(ULONG_PTR)64 && KeGetCurrentIrql() == PASSIVE_LEVEL);
    KeSetEvent((PKEVENT)Context, 0, FALSE);
}

static VOID OnExWorkItem(PVOID Context)
{
    KeSetEvent((PKEVENT)Context, 0, FALSE);
}

static VOID CheckWork(VOID)
{
    static WORK_QUEUE_ITEM plain;
    static NDIS_TIMER timer;
    PIO_WORKITEM item = IoAllocateWorkItem((PDEVICE_OBJECT)(ULONG_PTR)64);
    KEVENT ran;
    NDIS_EVENT fired;

    KeInitializeEvent(&ran, SynchronizationEvent, FALSE);
    CHECK(item != NULL);
    IoQueueWorkItem(item, OnWorkItem, DelayedWorkQueue, &ran);
    CHECK(WaitFor(&ran, FOREVER) == STATUS_SUCCESS);
    IoQueueWorkItem(item, OnWorkItem, DelayedWorkQueue, &ran);
    CHECK(WaitFor(&ran, FOREVER) == STATUS_SUCCESS);
    IoFreeWorkItem(item);
    ExInitializeWorkItem(&plain, OnExWorkItem, &ran);
    ExQueueWorkItem(&plain, DelayedWorkQueue);
    CHECK(WaitFor(&ran, FOREVER) == STATUS_SUCCESS);
    NdisInitializeEvent(&fired);
    NdisInitializeTimer(&timer, OnNdisTimer, &fired);
    NdisSetTimer(&timer, 2);
    CHECK(NdisWaitEvent(&fired, 60000));
}

/* What is wrong, or left behind: one of them a build. */
static VOID OnEndlessThread(PVOID Context)
{
    KeWaitForSingleObject(Context, Executive, KernelMode, FALSE, NULL);
}

static NTSTATUS OnLastValue(PWSTR Name, ULONG Type, PVOID Data, ULONG Length, PVOID Context, PVOID EntryContext)
{
    UNREFERENCED_PARAMETER(Name), UNREFERENCED_PARAMETER(Type), UNREFERENCED_PARAMETER(Data), UNREFERENCED_PARAMETER(Length);
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(EntryContext);
    PsTerminateSystemThread(STATUS_SUCCESS);
    return STATUS_SUCCESS;
}

static VOID OnNestedThread(PVOID Context)
{
    RTL_QUERY_REGISTRY_TABLE table[2];
    UNREFERENCED_PARAMETER(Context);
    memset(table, 0, sizeof table);
    table[0].QueryRoutine = OnLastValue, table[0].Flags = RTL_QUERY_REGISTRY_NOVALUE;
    RtlQueryRegistryValues(RTL_REGISTRY_SERVICES, L"driver", table, NULL, NULL);
    CHECK(!"a thread that ended went on");
}

static VOID MakeMistake(VOID)
{
    static KEVENT event;
    static KDPC dpc;
    static KTIMER timer;
    static KMUTEX mutex;
    static KSPIN_LOCK lock;
    LARGE_INTEGER time = Time(MILLISECONDS(5));
    UNICODE_STRING name = RTL_CONSTANT_STRING(L"\\Registry\\Machine\\System"), file = RTL_CONSTANT_STRING(L"\\??\\C:\\file");
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK result;
    HANDLE handle;
    PVOID object;
    KIRQL irql;

    KeInitializeEvent(&event, NotificationEvent, FALSE);
    KeInitializeDpc(&dpc, OnSlowDpc, &DpcRuns);
    KeInitializeTimer(&timer);
    KeInitializeMutex(&mutex, 0);
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE, NULL, NULL);
    UNREFERENCED_PARAMETER(time), UNREFERENCED_PARAMETER(handle), UNREFERENCED_PARAMETER(object), UNREFERENCED_PARAMETER(irql);
    UNREFERENCED_PARAMETER(lock), UNREFERENCED_PARAMETER(file), UNREFERENCED_PARAMETER(result);
#if defined(LEFT_THREAD)
    PsCreateSystemThread(&handle, 0, NULL, NULL, NULL, OnEndlessThread, &event);
    ZwClose(handle);
#elif defined(LEFT_TIMER)
    KeSetTimer(&timer, Time(FOREVER), &dpc);
#elif defined(LEFT_WORK_ITEM)
    IoAllocateWorkItem(NULL);
#elif defined(LEFT_HANDLE)
    ZwOpenKey(&handle, KEY_READ, &attributes);
#elif defined(LEFT_MUTEX)
    WaitFor(&mutex, 0);
#elif defined(LEFT_MDL)
    IoAllocateMdl(&event, 10, FALSE, FALSE, NULL);
#elif defined(WRONG_IRQL)
    irql = KeRaiseIrqlToDpcLevel();
    CHECK(KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &time) == STATUS_TIMEOUT);
    KeLowerIrql(irql);
#elif defined(WRONG_HANDLE)
    CHECK(ZwClose((HANDLE)(ULONG_PTR)0x123450) == STATUS_INVALID_HANDLE);
#elif defined(WRONG_OBJECT)
    memset(&event, 0, sizeof event);
    CHECK(WaitFor(&event, 0) == STATUS_INVALID_PARAMETER);
#elif defined(WRONG_OWNER)
    KeReleaseMutex(&mutex, FALSE);
#elif defined(WRONG_LOCK)
    KeAcquireSpinLock(&lock, &irql);
    KeAcquireSpinLockAtDpcLevel(&lock);
    KeReleaseSpinLock(&lock, irql);
    KeReleaseSpinLock(&lock, irql);
#elif defined(WRONG_THREAD)
    CHECK(PsTerminateSystemThread(STATUS_SUCCESS) == STATUS_INVALID_PARAMETER);
#elif defined(WRONG_END)
    PsCreateSystemThread(&handle, 0, NULL, NULL, NULL, OnNestedThread, NULL);
    ObReferenceObjectByHandle(handle, 0, *PsThreadType, KernelMode, &object, NULL);
    ZwClose(handle);
    CHECK(WaitFor(object, FOREVER) == STATUS_SUCCESS);
    ObDereferenceObject(object);
#elif defined(WRONG_FOLDER)
    attributes.ObjectName = &file;
    CHECK(ZwOpenFile(&handle, GENERIC_READ, &attributes, &result, 0, 0) == STATUS_OBJECT_NAME_NOT_FOUND);
    CHECK(ZwOpenFile(&handle, GENERIC_READ, &attributes, &result, 0, 0) == STATUS_OBJECT_NAME_NOT_FOUND);
#endif
}

static NDIS_STATUS CheckedInitialize(
    PNDIS_STATUS Error, PUINT Selected, PNDIS_MEDIUM Media, UINT Count, NDIS_HANDLE Handle, NDIS_HANDLE Configuration)
{
    NDIS_STATUS status = Initialize(Error, Selected, Media, Count, Handle, Configuration);

    if (status != NDIS_STATUS_SUCCESS) return status;
#ifdef MISTAKE
    MakeMistake();
#else
    CheckEvents();
    CheckThreads();
    CheckDpcs();
    CheckLocks();
    CheckMdls();
    CheckStrings();
    CheckDatesAndText();
    CheckRegistry();
    CheckFiles();
    CheckWork();
#endif
    DbgPrint("%d checks, %d failures\n", Checks, Failures);
    return status;
}

static NDIS_STATUS Register(NDIS_HANDLE Wrapper, PNDIS_MINIPORT_CHARACTERISTICS Characteristics, UINT Length)
{
    Characteristics->InitializeHandler = CheckedInitialize;
    return NonpagedRegisterMiniport(Wrapper, Characteristics, Length);
}
