using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>ntke.h: events, mutexes, semaphores, and waits.</summary>
internal static unsafe class WaitExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(KeSetEvent))]
    public static int KeSetEvent(KEVENT* Event, int Increment, byte Wait)
    {
        using var call = NativeCall.Enter(nameof(KeSetEvent));
        Kernel kernel = NdisLibrary.Caller(Irql.DISPATCH_LEVEL, nameof(KeSetEvent)).Instance.Kernel;
        int before = IsEvent(Event, nameof(KeSetEvent)) ? kernel.Dispatcher.SetEvent(Event) : 0;
        call.Trace($"Event={Event} Increment={Increment} Wait={Wait} ={before}");
        return before;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeResetEvent))]
    public static int KeResetEvent(KEVENT* Event)
    {
        using var call = NativeCall.Enter(nameof(KeResetEvent));
        int before = Reset(Event, nameof(KeResetEvent));
        call.Trace($"Event={Event} ={before}");
        return before;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeClearEvent))]
    public static void KeClearEvent(KEVENT* Event)
    {
        using var call = NativeCall.Enter(nameof(KeClearEvent));
        Reset(Event, nameof(KeClearEvent));
        call.Trace($"Event={Event}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeReleaseMutex))]
    public static int KeReleaseMutex(KMUTANT* Mutex, byte Wait)
    {
        using var call = NativeCall.Enter(nameof(KeReleaseMutex));
        CallContext context = NdisLibrary.Caller(Irql.DISPATCH_LEVEL, nameof(KeReleaseMutex));
        int? before = Dispatcher.IsObject(&Mutex->Header) ? context.Instance.Kernel.Dispatcher.ReleaseMutex(Mutex) : null;
        if (before is null)
            context.Report(NdisReportKind.BrokenRule, nameof(KeReleaseMutex), "The thread does not hold the mutex.");
        call.Trace($"Mutex={Mutex} Wait={Wait} ={before ?? 0}");
        return before ?? 0;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeReleaseSemaphore))]
    public static int KeReleaseSemaphore(KSEMAPHORE* Semaphore, int Increment, int Adjustment, byte Wait)
    {
        using var call = NativeCall.Enter(nameof(KeReleaseSemaphore));
        CallContext context = NdisLibrary.Caller(Irql.DISPATCH_LEVEL, nameof(KeReleaseSemaphore));
        bool isSemaphore = Dispatcher.IsObject(&Semaphore->Header) && Semaphore->Header.Type == DISPATCHER_HEADER.Semaphore;
        int? before = isSemaphore ? context.Instance.Kernel.Dispatcher.ReleaseSemaphore(Semaphore, Adjustment) : null;
        if (before is null)
        {
            context.Report(
                NdisReportKind.BrokenRule, nameof(KeReleaseSemaphore),
                $"{Adjustment} more would leave the semaphore's limit of {Semaphore->Limit}.");
        }

        call.Trace($"Semaphore={Semaphore} Increment={Increment} Adjustment={Adjustment} Wait={Wait} ={before ?? 0}");
        return before ?? 0;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeWaitForSingleObject))]
    public static uint KeWaitForSingleObject(void* Object, uint WaitReason, byte WaitMode, byte Alertable, long* Timeout)
    {
        using var call = NativeCall.Enter(nameof(KeWaitForSingleObject));
        uint status = Wait([(nint)Object], all: false, Timeout, nameof(KeWaitForSingleObject));
        call.Trace($"Object={Object} WaitReason={WaitReason} WaitMode={WaitMode} Alertable={Alertable} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeWaitForMultipleObjects))]
    public static uint KeWaitForMultipleObjects(
        uint Count, nint* Object, uint WaitType, uint WaitReason, byte WaitMode, byte Alertable, long* Timeout,
        void* WaitBlockArray)
    {
        const uint ThreadWaitObjects = 3;
        using var call = NativeCall.Enter(nameof(KeWaitForMultipleObjects));
        uint status = NtStatus.InvalidParameter;
        if (Count is 0 or > Dispatcher.MostObjects || (Count > ThreadWaitObjects && WaitBlockArray == null))
        {
            CallContext.Current.Report(
                NdisReportKind.BrokenRule, nameof(KeWaitForMultipleObjects),
                $"{Count} objects were given. Give 1 to {Dispatcher.MostObjects}, and a WaitBlockArray for more than "
                    + $"{ThreadWaitObjects}.");
        }
        else
        {
            nint[] objects = new ReadOnlySpan<nint>(Object, (int)Count).ToArray();
            status = Wait(objects, all: WaitType == 0, Timeout, nameof(KeWaitForMultipleObjects));
        }

        call.Trace($"Count={Count} WaitType={WaitType} WaitReason={WaitReason} WaitMode={WaitMode} "
            + $"Alertable={Alertable} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeDelayExecutionThread))]
    public static uint KeDelayExecutionThread(byte WaitMode, byte Alertable, long* Interval)
    {
        using var call = NativeCall.Enter(nameof(KeDelayExecutionThread));
        CallContext context = NdisLibrary.Caller(Irql.PASSIVE_LEVEL, nameof(KeDelayExecutionThread));
        context.Instance.Kernel.Waits.Wait(context, KernelArguments.Time(Interval), until: null);
        call.Trace($"WaitMode={WaitMode} Alertable={Alertable} Interval={(nint)Interval}");
        return NtStatus.Success;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoCreateNotificationEvent))]
    public static KEVENT* IoCreateNotificationEvent(NDIS_STRING* EventName, NDIS_HANDLE* EventHandle)
    {
        using var call = NativeCall.Enter(nameof(IoCreateNotificationEvent));
        KEVENT* made = OpenEvent(
            EventName, EventHandle, DISPATCHER_HEADER.NotificationEvent, nameof(IoCreateNotificationEvent));
        call.Trace($"EventName={KernelArguments.Text(EventName)} EventHandle={*EventHandle} ={made}");
        return made;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoCreateSynchronizationEvent))]
    public static KEVENT* IoCreateSynchronizationEvent(NDIS_STRING* EventName, NDIS_HANDLE* EventHandle)
    {
        using var call = NativeCall.Enter(nameof(IoCreateSynchronizationEvent));
        KEVENT* made = OpenEvent(
            EventName, EventHandle, DISPATCHER_HEADER.SynchronizationEvent, nameof(IoCreateSynchronizationEvent));
        call.Trace($"EventName={KernelArguments.Text(EventName)} EventHandle={*EventHandle} ={made}");
        return made;
    }

    private static KEVENT* OpenEvent(NDIS_STRING* name, NDIS_HANDLE* handle, byte type, string call)
    {
        CallContext context = NdisLibrary.Caller(Irql.PASSIVE_LEVEL, call);
        return context.Instance.Kernel.Objects.OpenEvent(
            KernelArguments.Text(name), type, context.Driver, call, out *handle);
    }

    private static int Reset(KEVENT* one, string call)
    {
        Kernel kernel = NdisLibrary.Caller(Irql.DISPATCH_LEVEL, call).Instance.Kernel;
        return IsEvent(one, call) ? kernel.Dispatcher.ResetEvent(one) : 0;
    }

    private static bool IsEvent(KEVENT* one, string call)
    {
        if (Dispatcher.IsObject(&one->Header) && one->Header.Type <= DISPATCHER_HEADER.SynchronizationEvent) return true;
        CallContext.Current.Report(
            NdisReportKind.BadHandle, call, $"0x{(nint)one:x} is not an event that KeInitializeEvent has set up.");
        return false;
    }

    private static uint Wait(nint[] objects, bool all, long* timeout, string call)
    {
        bool polls = timeout != null && *timeout == 0;
        CallContext context = NdisLibrary.Caller(polls ? Irql.DISPATCH_LEVEL : Irql.PASSIVE_LEVEL, call);
        foreach (nint one in objects)
        {
            if (Dispatcher.IsObject((DISPATCHER_HEADER*)one)) continue;
            context.Report(
                NdisReportKind.BadHandle, call,
                $"0x{one:x} is not an event, mutex, semaphore, timer or thread, or it was not initialized.");
            return NtStatus.InvalidParameter;
        }

        return context.Instance.Kernel.Dispatcher.Wait(context, objects, all, KernelArguments.Time(timeout));
    }
}
