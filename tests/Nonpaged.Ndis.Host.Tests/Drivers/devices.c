/*
 * A miniport without a card that has a device of each kind, for programs that try all ways to hand over a buffer. -D options make it break a rule:
 * UNMARKED, NOT_COMPLETED, TWICE, ROUTINE_SET, HELD_LOCK, TOO_MUCH, LEAVES_DEVICE, LEAVES_IRP.
 */
#include <ndis.h>

enum { ECHO = 0x800, PEND, COUNT, FAIL, INFORM, WAITING, BELOW };

typedef struct _EXTENSION {
    PDEVICE_OBJECT Below;
    LONG Opened;
} EXTENSION, *PEXTENSION;

/* Names that drivers use for pointers of 32 bits, which no program has here, and for how an IRP's buffer is given. */
typedef VOID *POINTER_32 NARROW;
C_ASSERT(sizeof(NARROW) == sizeof(PVOID) && IRP_BUFFERED_IO == 0x10 && IRP_READ_OPERATION == 0x100 && IRP_WRITE_OPERATION == 0x200);

static NDIS_HANDLE Wrapper, Registered;
static NDIS_SPIN_LOCK Lock;
static LIST_ENTRY Pending;
static LONG Waiting, Open;
static UCHAR Adapter;

static NTSTATUS Complete(PIRP Irp, NTSTATUS Status, ULONG_PTR Information)
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest(Irp, IO_NO_INCREMENT);
    return Status;
}

static VOID Cancel(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    UNREFERENCED_PARAMETER(DeviceObject);
#ifndef HELD_LOCK
    IoReleaseCancelSpinLock(Irp->CancelIrql);
#endif
    NdisAcquireSpinLock(&Lock);
    RemoveEntryList(&Irp->Tail.Overlay.ListEntry);
    Waiting--;
    NdisReleaseSpinLock(&Lock);
    Complete(Irp, STATUS_CANCELLED, 0);
}

static NTSTATUS Pend(PIRP Irp)
{
#ifndef UNMARKED
    IoMarkIrpPending(Irp);
#endif
    NdisAcquireSpinLock(&Lock);
#ifndef LEAVES_IRP
    IoSetCancelRoutine(Irp, Cancel);
    if (Irp->Cancel && IoSetCancelRoutine(Irp, NULL) != NULL) {
        NdisReleaseSpinLock(&Lock);
        Complete(Irp, STATUS_CANCELLED, 0);
        return STATUS_PENDING;
    }
#endif
    InsertTailList(&Pending, &Irp->Tail.Overlay.ListEntry);
    Waiting++;
    NdisReleaseSpinLock(&Lock);
    return STATUS_PENDING;
}

/* The oldest that waits. */
static PIRP Take(VOID)
{
    PIRP irp = NULL;
    NdisAcquireSpinLock(&Lock);
    while (irp == NULL && !IsListEmpty(&Pending)) {
        irp = CONTAINING_RECORD(RemoveHeadList(&Pending), IRP, Tail.Overlay.ListEntry);
        Waiting--;
#ifdef ROUTINE_SET
        break;
#endif
        if (IoSetCancelRoutine(irp, NULL) != NULL) break;
        Waiting++;
        InitializeListHead(&irp->Tail.Overlay.ListEntry);
        irp = NULL;
    }
    NdisReleaseSpinLock(&Lock);
    return irp;
}

static NTSTATUS OpenClose(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(Irp);
    UNREFERENCED_PARAMETER(DeviceObject);
    if (KeGetCurrentIrql() != PASSIVE_LEVEL) return Complete(Irp, STATUS_UNSUCCESSFUL, 0);
    if (location->MajorFunction == IRP_MJ_CREATE) {
        if (IoGetRelatedDeviceObject(location->FileObject) == NULL) return Complete(Irp, STATUS_UNSUCCESSFUL, 0);
        if (location->FileObject->FileName.Length == sizeof(WCHAR) * 7) return Complete(Irp, STATUS_ACCESS_DENIED, 0);
        location->FileObject->FsContext = &Open;
        InterlockedIncrement(&Open);
    } else if (location->FileObject->FsContext != &Open) {
        return Complete(Irp, STATUS_UNSUCCESSFUL, 0);
    }
    if (location->MajorFunction == IRP_MJ_CLOSE) InterlockedDecrement(&Open);
    return Complete(Irp, STATUS_SUCCESS, location->MajorFunction == IRP_MJ_CREATE ? FILE_OPENED : 0);
}

/* Buffered, direct or neither, as the device's flags say. */
static PUCHAR BufferOf(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PHYSICAL_ADDRESS physical;
    PUCHAR buffer = (PUCHAR)Irp->UserBuffer;
    if ((DeviceObject->Flags & DO_BUFFERED_IO) != 0) buffer = (PUCHAR)Irp->AssociatedIrp.SystemBuffer;
    else if ((DeviceObject->Flags & DO_DIRECT_IO) != 0) buffer = (PUCHAR)MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority);
    physical = MmGetPhysicalAddress(buffer);
    return physical.QuadPart == 0 ? NULL : buffer;
}

static NTSTATUS Read(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(Irp);
    ULONG index, length = location->Parameters.Read.Length;
    PUCHAR buffer;
    if (location->Parameters.Read.ByteOffset.QuadPart == -1) return Pend(Irp);
    if (length == 0) return Complete(Irp, STATUS_SUCCESS, 0);
    buffer = BufferOf(DeviceObject, Irp);
    if (buffer == NULL) return Complete(Irp, STATUS_UNSUCCESSFUL, 0);
    for (index = 0; index < length; index++) buffer[index] = (UCHAR)(location->Parameters.Read.ByteOffset.QuadPart + index);
#ifdef TOO_MUCH
    return Complete(Irp, STATUS_SUCCESS, length + 1);
#else
    return Complete(Irp, STATUS_SUCCESS, length);
#endif
}

/* The bytes must be what a read at that place gives. */
static NTSTATUS Write(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(Irp);
    ULONG index, length = location->Parameters.Write.Length;
    PUCHAR buffer = length == 0 ? NULL : BufferOf(DeviceObject, Irp);
    for (index = 0; index < length; index++)
        if (buffer[index] != (UCHAR)(location->Parameters.Write.ByteOffset.QuadPart + index)) return Complete(Irp, STATUS_DATA_ERROR, index);
    return Complete(Irp, STATUS_SUCCESS, length);
}

/* Each method: the input, each byte less by one than the output; where the output buffer can be read, what is in it is added. */
static NTSTATUS Echo(PIRP Irp, ULONG Method)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(Irp);
    ULONG index, in = location->Parameters.DeviceIoControl.InputBufferLength, out = location->Parameters.DeviceIoControl.OutputBufferLength;
    PUCHAR source = (PUCHAR)Irp->AssociatedIrp.SystemBuffer, target = source;
    if (Method == METHOD_NEITHER) source = (PUCHAR)location->Parameters.DeviceIoControl.Type3InputBuffer, target = (PUCHAR)Irp->UserBuffer;
    else if (Method != METHOD_BUFFERED)
        target = Irp->MdlAddress == NULL ? NULL : (PUCHAR)MmGetSystemAddressForMdlSafe(Irp->MdlAddress, NormalPagePriority);
    if (Method != METHOD_BUFFERED && Method != METHOD_NEITHER && out > 0 && MmGetMdlByteCount(Irp->MdlAddress) != out)
        return Complete(Irp, STATUS_UNSUCCESSFUL, 0);
    if (out < in) return Complete(Irp, STATUS_BUFFER_TOO_SMALL, 0);
    for (index = 0; index < in; index++) target[index] = (UCHAR)(source[index] + 1 + (Method == METHOD_IN_DIRECT ? target[index] : 0));
    return Complete(Irp, STATUS_SUCCESS, in);
}

static NTSTATUS Control(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PIO_STACK_LOCATION location = IoGetCurrentIrpStackLocation(Irp);
    ULONG code = location->Parameters.DeviceIoControl.IoControlCode, out = location->Parameters.DeviceIoControl.OutputBufferLength;
    PULONG answer = (PULONG)Irp->AssociatedIrp.SystemBuffer;
    PIRP irp;

    UNREFERENCED_PARAMETER(DeviceObject);
    switch (IoGetFunctionCodeFromCtlCode(code)) {
        case ECHO: return Echo(Irp, METHOD_FROM_CTL_CODE(code));
        case PEND: return Pend(Irp);
        case COUNT:
            /* Completes one that waits, from this thread. */
            irp = Take();
            if (irp == NULL) return Complete(Irp, STATUS_NO_SUCH_DEVICE, 0);
            Complete(irp, STATUS_SUCCESS, 0);
            return Complete(Irp, STATUS_SUCCESS, 0);
        case WAITING:
            if (out < 2 * sizeof(ULONG)) return Complete(Irp, STATUS_BUFFER_TOO_SMALL, 0);
            answer[0] = (ULONG)Waiting;
            answer[1] = (ULONG)Open;
            return Complete(Irp, STATUS_SUCCESS, 2 * sizeof(ULONG));
        case INFORM:
            NdisZeroMemory(answer, out);
            return Complete(Irp, STATUS_BUFFER_OVERFLOW, out);
#ifdef NOT_COMPLETED
        case FAIL: IoSetCancelRoutine(Irp, NULL); return STATUS_UNSUCCESSFUL;
#elif defined(TWICE)
        case FAIL: Complete(Irp, STATUS_DATA_ERROR, 0); return Complete(Irp, STATUS_DATA_ERROR, 0);
#else
        case FAIL: return Complete(Irp, STATUS_DATA_ERROR, 0);
#endif
        default: return Complete(Irp, STATUS_INVALID_DEVICE_REQUEST, 0);
    }
}

static NTSTATUS Seen(PDEVICE_OBJECT DeviceObject, PIRP Irp, PVOID Context)
{
    UNREFERENCED_PARAMETER(DeviceObject);
    if (Irp->PendingReturned) IoMarkIrpPending(Irp);
    if (Context == &Adapter && NT_SUCCESS(Irp->IoStatus.Status)) InterlockedIncrement(&((PEXTENSION)DeviceObject->DeviceExtension)->Opened);
    return STATUS_SUCCESS;
}

/* The device above hands all on, and sees each end. */
static NTSTATUS Pass(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXTENSION extension = (PEXTENSION)DeviceObject->DeviceExtension;
    if (IoGetCurrentIrpStackLocation(Irp)->MajorFunction == IRP_MJ_WRITE) {
        IoSkipCurrentIrpStackLocation(Irp);
        return IoCallDriver(extension->Below, Irp);
    }
    IoCopyCurrentIrpStackLocationToNext(Irp);
    IoSetCompletionRoutine(Irp, Seen, &Adapter, TRUE, TRUE, TRUE);
    return IoCallDriver(extension->Below, Irp);
}

static NTSTATUS Dispatch(PDEVICE_OBJECT DeviceObject, PIRP Irp)
{
    PEXTENSION extension = (PEXTENSION)DeviceObject->DeviceExtension;
    if (extension != NULL && extension->Below != NULL) return Pass(DeviceObject, Irp);
    switch (IoGetCurrentIrpStackLocation(Irp)->MajorFunction) {
        case IRP_MJ_READ: return Read(DeviceObject, Irp);
        case IRP_MJ_WRITE: return Write(DeviceObject, Irp);
        case IRP_MJ_DEVICE_CONTROL: return Control(DeviceObject, Irp);
        default: return OpenClose(DeviceObject, Irp);
    }
}

static PDEVICE_OBJECT Make(PDRIVER_OBJECT DriverObject, PCWSTR Name, ULONG Flags, BOOLEAN Exclusive)
{
    UNICODE_STRING name;
    PDEVICE_OBJECT device;
    RtlInitUnicodeString(&name, Name);
    if (!NT_SUCCESS(IoCreateDevice(DriverObject, sizeof(EXTENSION), &name, FILE_DEVICE_NETWORK, 0, Exclusive, &device))) return NULL;
    device->Flags |= Flags;
    return device;
}

static NDIS_STATUS Initialize(PNDIS_STATUS Error, PUINT Selected, PNDIS_MEDIUM Media, UINT Count, NDIS_HANDLE Handle, NDIS_HANDLE Configuration)
{
    UNREFERENCED_PARAMETER(Error), UNREFERENCED_PARAMETER(Media), UNREFERENCED_PARAMETER(Count), UNREFERENCED_PARAMETER(Configuration);
    *Selected = 0;
    NdisMSetAttributes(Handle, &Adapter, FALSE, NdisInterfaceInternal);
    return NDIS_STATUS_SUCCESS;
}

static VOID Halt(NDIS_HANDLE Context)
{
    UNREFERENCED_PARAMETER(Context);
}

static NDIS_STATUS Reset(PBOOLEAN AddressingReset, NDIS_HANDLE Context)
{
    UNREFERENCED_PARAMETER(Context);
    *AddressingReset = FALSE;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS Send(NDIS_HANDLE Context, PNDIS_PACKET Packet, UINT Flags)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Packet), UNREFERENCED_PARAMETER(Flags);
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS Query(NDIS_HANDLE Context, NDIS_OID Oid, PVOID Buffer, ULONG Length, PULONG Written, PULONG Needed)
{
    static const UCHAR address[ETH_LENGTH_OF_ADDRESS] = { 2, 0, 0x5e, 0, 0, 2 };
    UNREFERENCED_PARAMETER(Context);
    *Written = 0;
    *Needed = sizeof address;
    if (Oid != OID_802_3_CURRENT_ADDRESS && Oid != OID_802_3_PERMANENT_ADDRESS) return NDIS_STATUS_INVALID_OID;
    if (Length < sizeof address) return NDIS_STATUS_BUFFER_TOO_SHORT;
    NdisMoveMemory(Buffer, address, sizeof address);
    *Written = sizeof address;
    return NDIS_STATUS_SUCCESS;
}

static NDIS_STATUS Set(NDIS_HANDLE Context, NDIS_OID Oid, PVOID Buffer, ULONG Length, PULONG Read, PULONG Needed)
{
    UNREFERENCED_PARAMETER(Context), UNREFERENCED_PARAMETER(Oid), UNREFERENCED_PARAMETER(Buffer);
    *Read = Length;
    *Needed = 0;
    return NDIS_STATUS_SUCCESS;
}

static VOID Unload(PDRIVER_OBJECT DriverObject)
{
    UNICODE_STRING link;
    RtlInitUnicodeString(&link, L"\\DosDevices\\TestBuffered");
#ifndef LEAVES_DEVICE
    IoDeleteSymbolicLink(&link);
    while (DriverObject->DeviceObject != NULL && DriverObject->DeviceObject->DeviceExtension != NULL) {
        PEXTENSION extension = (PEXTENSION)DriverObject->DeviceObject->DeviceExtension;
        if (extension->Below != NULL) IoDetachDevice(extension->Below);
        IoDeleteDevice(DriverObject->DeviceObject);
    }
    NdisMDeregisterDevice(Registered);
#endif
    UNREFERENCED_PARAMETER(DriverObject);
    NdisFreeSpinLock(&Lock);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT DriverObject, PUNICODE_STRING RegistryPath)
{
    NDIS_MINIPORT_CHARACTERISTICS characteristics;
    NDIS_STRING name = NDIS_STRING_CONST("\\Device\\TestRegistered"), link = NDIS_STRING_CONST("\\DosDevices\\TestRegistered");
    UNICODE_STRING buffered, alias;
    PDRIVER_DISPATCH functions[IRP_MJ_MAXIMUM_FUNCTION + 1];
    PDEVICE_OBJECT device, above;
    WCHAR text[8];
    ULONG length;
    KIRQL irql;
    PIRP own;
    UINT index;

    NdisAllocateSpinLock(&Lock);
    InitializeListHead(&Pending);
    NdisZeroMemory(&characteristics, sizeof characteristics);
    characteristics.MajorNdisVersion = 5;
    characteristics.InitializeHandler = Initialize;
    characteristics.HaltHandler = Halt;
    characteristics.ResetHandler = Reset;
    characteristics.SendHandler = Send;
    characteristics.QueryInformationHandler = Query;
    characteristics.SetInformationHandler = Set;
    NdisMInitializeWrapper(&Wrapper, DriverObject, RegistryPath, NULL);
    NdisMRegisterUnloadHandler(Wrapper, Unload);

    NdisZeroMemory(functions, sizeof functions);
    for (index = 0; index <= IRP_MJ_MAXIMUM_FUNCTION; index++) DriverObject->MajorFunction[index] = Dispatch;
    functions[IRP_MJ_CREATE] = functions[IRP_MJ_CLEANUP] = functions[IRP_MJ_CLOSE] = functions[IRP_MJ_DEVICE_CONTROL] = Dispatch;
    if (NdisMRegisterDevice(Wrapper, &name, &link, functions, &device, &Registered) != NDIS_STATUS_SUCCESS) return STATUS_UNSUCCESSFUL;
    if (Make(DriverObject, L"\\Device\\TestBuffered", DO_BUFFERED_IO, FALSE) == NULL) return STATUS_UNSUCCESSFUL;
    if (Make(DriverObject, L"\\Device\\TestBuffered", DO_BUFFERED_IO, FALSE) != NULL) return STATUS_UNSUCCESSFUL;
    if (Make(DriverObject, L"\\Device\\TestDirect", DO_DIRECT_IO, FALSE) == NULL) return STATUS_UNSUCCESSFUL;
    if (Make(DriverObject, L"\\Device\\TestNeither", 0, TRUE) == NULL) return STATUS_UNSUCCESSFUL;
    if ((device = Make(DriverObject, L"\\Device\\TestBelow", DO_BUFFERED_IO, FALSE)) == NULL) return STATUS_UNSUCCESSFUL;
    if ((above = Make(DriverObject, L"\\Device\\TestAbove", DO_BUFFERED_IO, FALSE)) == NULL) return STATUS_UNSUCCESSFUL;
    ((PEXTENSION)above->DeviceExtension)->Below = IoAttachDeviceToDeviceStack(above, device);
    if (above->StackSize != 2) return STATUS_UNSUCCESSFUL;
    RtlInitUnicodeString(&buffered, L"\\Device\\TestBuffered");
    RtlInitUnicodeString(&alias, L"\\DosDevices\\TestBuffered");
    if (!NT_SUCCESS(IoCreateSymbolicLink(&alias, &buffered))) return STATUS_UNSUCCESSFUL;
    own = IoAllocateIrp(2, FALSE);
    if (own == NULL || own->StackCount != 2) return STATUS_UNSUCCESSFUL;
    IoReuseIrp(own, STATUS_NOT_SUPPORTED);
    if (own->IoStatus.Status != STATUS_NOT_SUPPORTED || own->StackCount != 2 || IoIs32bitProcess(own)) return STATUS_UNSUCCESSFUL;
    IoInitializeIrp(own, IoSizeOfIrp(2), 2);
    if (own->IoStatus.Status != STATUS_SUCCESS || IoCancelIrp(own) || !own->Cancel) return STATUS_UNSUCCESSFUL;
    IoFreeIrp(own);
    IoAcquireCancelSpinLock(&irql);
    IoReleaseCancelSpinLock(irql);
    if (IoGetAttachedDevice(device) != above || IoGetAttachedDevice(above) != above) return STATUS_UNSUCCESSFUL;
    if (IoGetDeviceProperty(device, DevicePropertyClassName, sizeof text, text, &length) != STATUS_SUCCESS) return STATUS_UNSUCCESSFUL;
    if (length != sizeof L"Net" || !RtlEqualMemory(text, L"Net", length)) return STATUS_UNSUCCESSFUL;
    if (IoGetDeviceProperty(device, DevicePropertyClassName, 2, text, &length) != STATUS_BUFFER_TOO_SMALL) return STATUS_UNSUCCESSFUL;
    return NdisMRegisterMiniport(Wrapper, &characteristics, sizeof characteristics);
}
