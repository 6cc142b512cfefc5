using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>ntps.h: objects by their handles, and work items.</summary>
internal static unsafe class ObjectExports
{
    /// <summary>The pseudo handle of the calling thread: NtCurrentThread.</summary>
    private const nint CurrentThreadHandle = -2;

    [UnmanagedCallersOnly(EntryPoint = nameof(ObReferenceObjectByHandle))]
    public static uint ObReferenceObjectByHandle(
        nint Handle, uint DesiredAccess, uint* ObjectType, byte AccessMode, nint* Object, void* HandleInformation)
    {
        using var call = NativeCall.Enter(nameof(ObReferenceObjectByHandle));
        CallContext context = NdisLibrary.Caller(Irql.PASSIVE_LEVEL, nameof(ObReferenceObjectByHandle));
        uint status = Find(context, Handle, ObjectType, out nint found);
        if (status == NtStatus.Success) Reference(context, found);
        *Object = found;
        call.Trace($"Handle={Handle} DesiredAccess={DesiredAccess} AccessMode={AccessMode} Object={found} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedReferenceObject))]
    public static void NonpagedReferenceObject(nint Object)
    {
        using var call = NativeCall.Enter("ObReferenceObject");
        CallContext context = NdisLibrary.Caller(Irql.DISPATCH_LEVEL, "ObReferenceObject");
        if (!Reference(context, Object)) Unknown(context, "ObReferenceObject", Object);
        call.Trace($"Object={Object}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedDereferenceObject))]
    public static void NonpagedDereferenceObject(nint Object)
    {
        using var call = NativeCall.Enter("ObDereferenceObject");
        CallContext context = NdisLibrary.Caller(Irql.DISPATCH_LEVEL, "ObDereferenceObject");
        // A thread that no driver made stays, however often it is counted.
        if (!context.Instance.Kernel.Objects.Dereference(Object) && Object != CurrentThread.Address)
            Unknown(context, "ObDereferenceObject", Object);
        call.Trace($"Object={Object}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ZwClose))]
    public static uint ZwClose(nint Handle)
    {
        using var call = NativeCall.Enter(nameof(ZwClose));
        CallContext context = NdisLibrary.Caller(Irql.PASSIVE_LEVEL, nameof(ZwClose));
        uint status = NtStatus.Success;
        // A pseudo handle needs no close.
        if (Handle != CurrentThreadHandle && Handle != -1)
        {
            KernelHandle? handle = NdisLibrary.Resolve<KernelHandle>(new NDIS_HANDLE(Handle), nameof(ZwClose));
            if (handle is not null && context.Instance.Handles.Remove(handle.Handle)) handle.Close();
            else status = NtStatus.InvalidHandle;
        }

        call.Trace($"Handle={Handle} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ZwSetSecurityObject))]
    public static uint ZwSetSecurityObject(nint Handle, uint SecurityInformation, byte* SecurityDescriptor)
    {
        const byte Revision = 1;
        using var call = NativeCall.Enter(nameof(ZwSetSecurityObject));
        NdisLibrary.Caller(Irql.PASSIVE_LEVEL, nameof(ZwSetSecurityObject));
        uint status = NtStatus.Success;
        if (NdisLibrary.Resolve<object>(new NDIS_HANDLE(Handle), nameof(ZwSetSecurityObject)) is null)
            status = NtStatus.InvalidHandle;
        else if (SecurityDescriptor == null || *SecurityDescriptor != Revision)
            status = NtStatus.InvalidParameter;
        call.Trace($"Handle={Handle} SecurityInformation={SecurityInformation} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoAllocateWorkItem))]
    public static NDIS_HANDLE IoAllocateWorkItem(nint DeviceObject)
    {
        using var call = NativeCall.Enter(nameof(IoAllocateWorkItem));
        CallContext context = NdisLibrary.Caller(Irql.DISPATCH_LEVEL, nameof(IoAllocateWorkItem));
        var item = new KernelWorkItem(context.Driver, DeviceObject);
        item.Handle = context.Instance.Handles.Add(item);
        call.Trace($"DeviceObject={DeviceObject} ={item.Handle}");
        return item.Handle;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoQueueWorkItem))]
    public static void IoQueueWorkItem(
        nint IoWorkItem, delegate* unmanaged<nint, void*, void> WorkerRoutine, uint QueueType, void* Context)
    {
        using var call = NativeCall.Enter(nameof(IoQueueWorkItem));
        CallContext context = NdisLibrary.Caller(Irql.DISPATCH_LEVEL, nameof(IoQueueWorkItem));
        if (NdisLibrary.Resolve<KernelWorkItem>(new NDIS_HANDLE(IoWorkItem), nameof(IoQueueWorkItem)) is { } item)
        {
            if (item.TryQueue())
            {
                context.Instance.Kernel.Work.Queue(context, "the work item's function", () =>
                {
                    item.Begin();
                    WorkerRoutine(item.Device, Context);
                });
            }
            else
            {
                context.Report(NdisReportKind.BrokenRule, nameof(IoQueueWorkItem), "The work item is queued already.");
            }
        }

        call.Trace($"IoWorkItem={IoWorkItem} WorkerRoutine={(nint)WorkerRoutine} QueueType={QueueType} Context={Context}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoFreeWorkItem))]
    public static void IoFreeWorkItem(nint IoWorkItem)
    {
        using var call = NativeCall.Enter(nameof(IoFreeWorkItem));
        CallContext context = NdisLibrary.Caller(Irql.DISPATCH_LEVEL, nameof(IoFreeWorkItem));
        if (NdisLibrary.Resolve<KernelWorkItem>(new NDIS_HANDLE(IoWorkItem), nameof(IoFreeWorkItem)) is { } item)
        {
            if (item.IsQueued)
                context.Report(NdisReportKind.BrokenRule, nameof(IoFreeWorkItem), "The work item is queued and has not run.");
            context.Instance.Handles.Remove(item.Handle);
        }

        call.Trace($"IoWorkItem={IoWorkItem}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ExQueueWorkItem))]
    public static void ExQueueWorkItem(nint WorkItem, uint QueueType)
    {
        using var call = NativeCall.Enter(nameof(ExQueueWorkItem));
        CallContext context = NdisLibrary.Caller(Irql.DISPATCH_LEVEL, nameof(ExQueueWorkItem));
        // Behind the list's two pointers: the function and what it gets. The item may be freed by the function.
        var routine = (delegate* unmanaged<nint, void>)((nint*)WorkItem)[2];
        nint given = ((nint*)WorkItem)[3];
        context.Instance.Kernel.Work.Queue(context, "the work item's function", () => routine(given));
        call.Trace($"WorkItem={WorkItem} QueueType={QueueType}");
    }

    /// <summary>The thread that a handle is of.</summary>
    internal static uint ThreadOf(nint handle, string call, out KTHREAD* thread)
    {
        thread = handle == CurrentThreadHandle ? (KTHREAD*)CurrentThread.Address : null;
        if (thread != null) return NtStatus.Success;
        if (NdisLibrary.Resolve<ObjectHandle>(new NDIS_HANDLE(handle), call) is not { } found) return NtStatus.InvalidHandle;
        if (found.Target.Type != DISPATCHER_HEADER.Thread) return NtStatus.ObjectTypeMismatch;
        thread = (KTHREAD*)found.Target.Address;
        return NtStatus.Success;
    }

    private static uint Find(CallContext context, nint handle, uint* type, out nint found)
    {
        found = 0;
        if (handle == CurrentThreadHandle)
        {
            found = CurrentThread.Address;
            return type == null || *type == DISPATCHER_HEADER.Thread ? NtStatus.Success : NtStatus.ObjectTypeMismatch;
        }

        var value = new NDIS_HANDLE(handle);
        if (NdisLibrary.Resolve<KernelHandle>(value, nameof(ObReferenceObjectByHandle)) is not { } open)
            return NtStatus.InvalidHandle;
        if (open is not ObjectHandle target) return NtStatus.ObjectTypeMismatch;
        bool isEvent = target.Target.Type <= DISPATCHER_HEADER.SynchronizationEvent;
        if (type != null && *type != target.Target.Type && !(isEvent && *type == DISPATCHER_HEADER.NotificationEvent))
            return NtStatus.ObjectTypeMismatch;
        found = target.Target.Address;
        return NtStatus.Success;
    }

    private static bool Reference(CallContext context, nint address) =>
        context.Instance.Kernel.Objects.Reference(address) || address == CurrentThread.Address;

    private static void Unknown(CallContext context, string call, nint address) => context.Report(
        NdisReportKind.BadHandle, call, $"0x{address:x} is not an object, or its last reference is gone.");
}
