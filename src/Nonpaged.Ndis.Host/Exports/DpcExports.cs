using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>ntke.h: DPCs and timers.</summary>
internal static unsafe class DpcExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(KeInsertQueueDpc))]
    public static byte KeInsertQueueDpc(KDPC* Dpc, void* SystemArgument1, void* SystemArgument2)
    {
        using var call = NativeCall.Enter(nameof(KeInsertQueueDpc));
        CallContext context = CallContext.Current;
        byte queued = KernelArguments.Boolean(
            IsDpc(Dpc, nameof(KeInsertQueueDpc))
                && context.Instance.Kernel.Dpcs.Insert(context, Dpc, SystemArgument1, SystemArgument2));
        call.Trace($"Dpc={Dpc} SystemArgument1={SystemArgument1} SystemArgument2={SystemArgument2} ={queued}");
        return queued;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeRemoveQueueDpc))]
    public static byte KeRemoveQueueDpc(KDPC* Dpc)
    {
        using var call = NativeCall.Enter(nameof(KeRemoveQueueDpc));
        byte removed = KernelArguments.Boolean(CallContext.Current.Instance.Kernel.DpcThread.Remove((nint)Dpc));
        call.Trace($"Dpc={Dpc} ={removed}");
        return removed;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeFlushQueuedDpcs))]
    public static void KeFlushQueuedDpcs()
    {
        using var call = NativeCall.Enter(nameof(KeFlushQueuedDpcs));
        CallContext context = NdisLibrary.Caller(Irql.PASSIVE_LEVEL, nameof(KeFlushQueuedDpcs));
        DpcThread thread = context.Instance.Kernel.DpcThread;
        if (thread.IsCurrent)
        {
            context.Report(
                NdisReportKind.BrokenRule, nameof(KeFlushQueuedDpcs), "A DPC waits for all DPCs, and so for itself: a deadlock.");
        }
        else
        {
            thread.Flush(context);
        }

        call.Trace($"");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeSetTimer))]
    public static byte KeSetTimer(KTIMER* Timer, long DueTime, KDPC* Dpc)
    {
        using var call = NativeCall.Enter(nameof(KeSetTimer));
        byte was = Set(Timer, DueTime, 0, Dpc, nameof(KeSetTimer));
        call.Trace($"Timer={Timer} DueTime={DueTime} Dpc={Dpc} ={was}");
        return was;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeSetTimerEx))]
    public static byte KeSetTimerEx(KTIMER* Timer, long DueTime, int Period, KDPC* Dpc)
    {
        using var call = NativeCall.Enter(nameof(KeSetTimerEx));
        byte was = Set(Timer, DueTime, Period, Dpc, nameof(KeSetTimerEx));
        call.Trace($"Timer={Timer} DueTime={DueTime} Period={Period} Dpc={Dpc} ={was}");
        return was;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(KeCancelTimer))]
    public static byte KeCancelTimer(KTIMER* Timer)
    {
        using var call = NativeCall.Enter(nameof(KeCancelTimer));
        CallContext context = NdisLibrary.Caller(Irql.DISPATCH_LEVEL, nameof(KeCancelTimer));
        byte was = KernelArguments.Boolean(context.Instance.Kernel.Timers.Cancel((nint)Timer));
        call.Trace($"Timer={Timer} ={was}");
        return was;
    }

    private static byte Set(KTIMER* timer, long dueTime, int period, KDPC* dpc, string call)
    {
        CallContext context = NdisLibrary.Caller(Irql.DISPATCH_LEVEL, call);
        bool isTimer = Dispatcher.IsObject(&timer->Header) && timer->Header.Type >= DISPATCHER_HEADER.NotificationTimer;
        if (!isTimer)
        {
            context.Report(
                NdisReportKind.BadHandle, call, $"0x{(nint)timer:x} is not a timer that KeInitializeTimer has set up.");
        }

        return KernelArguments.Boolean(
            isTimer && (dpc == null || IsDpc(dpc, call)) && context.Instance.Kernel.Timers.Set(
                context, timer, KernelArguments.Time(&dueTime)!.Value, TimeSpan.FromMilliseconds(Math.Max(0, period)), dpc));
    }

    private static bool IsDpc(KDPC* dpc, string call)
    {
        if (dpc != null && dpc->Type == KDPC.TypeOfDpc && dpc->DeferredRoutine != null) return true;
        CallContext.Current.Report(
            NdisReportKind.BadHandle, call, $"0x{(nint)dpc:x} is not a DPC that KeInitializeDpc has set up.");
        return false;
    }
}
