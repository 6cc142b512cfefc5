using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>ndisbase.h: timers and work items.</summary>
internal static unsafe class TimerExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(NdisInitializeTimer))]
    public static void NdisInitializeTimer(
        NDIS_TIMER* Timer, delegate* unmanaged<void*, void*, void*, void*, void> TimerFunction, void* FunctionContext)
    {
        using var call = NativeCall.Enter(nameof(NdisInitializeTimer));
        NdisLibrary.NdisInitializeTimer(Timer, Wrap(TimerFunction), FunctionContext);
        call.Trace($"Timer={Timer} TimerFunction={(nint)TimerFunction} FunctionContext={FunctionContext}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisSetTimer))]
    public static void NdisSetTimer(NDIS_TIMER* Timer, uint MillisecondsToDelay)
    {
        using var call = NativeCall.Enter(nameof(NdisSetTimer));
        NdisLibrary.NdisSetTimer(Timer, MillisecondsToDelay);
        call.Trace($"Timer={Timer} MillisecondsToDelay={MillisecondsToDelay}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisCancelTimer))]
    public static void NdisCancelTimer(NDIS_TIMER* Timer, byte* TimerCancelled)
    {
        using var call = NativeCall.Enter(nameof(NdisCancelTimer));
        NdisLibrary.NdisCancelTimer(Timer, out bool cancelled);
        if (TimerCancelled != null) *TimerCancelled = cancelled ? (byte)1 : (byte)0;
        call.Trace($"Timer={Timer} TimerCancelled={(cancelled ? 1 : 0)}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMInitializeTimer))]
    public static void NdisMInitializeTimer(
        NDIS_MINIPORT_TIMER* Timer,
        nint MiniportAdapterHandle,
        delegate* unmanaged<void*, void*, void*, void*, void> TimerFunction,
        void* FunctionContext)
    {
        using var call = NativeCall.Enter(nameof(NdisMInitializeTimer));
        NdisLibrary.NdisMInitializeTimer(Timer, new NDIS_HANDLE(MiniportAdapterHandle), Wrap(TimerFunction), FunctionContext);
        call.Trace($"Timer={Timer} MiniportAdapterHandle={MiniportAdapterHandle} TimerFunction={(nint)TimerFunction} "
            + $"FunctionContext={FunctionContext}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMSetTimer))]
    public static void NdisMSetTimer(NDIS_MINIPORT_TIMER* Timer, uint MillisecondsToDelay)
    {
        using var call = NativeCall.Enter(nameof(NdisMSetTimer));
        NdisLibrary.NdisMSetTimer(Timer, MillisecondsToDelay);
        call.Trace($"Timer={Timer} MillisecondsToDelay={MillisecondsToDelay}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMSetPeriodicTimer))]
    public static void NdisMSetPeriodicTimer(NDIS_MINIPORT_TIMER* Timer, uint MillisecondPeriod)
    {
        using var call = NativeCall.Enter(nameof(NdisMSetPeriodicTimer));
        NdisLibrary.NdisMSetPeriodicTimer(Timer, MillisecondPeriod);
        call.Trace($"Timer={Timer} MillisecondPeriod={MillisecondPeriod}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMCancelTimer))]
    public static void NdisMCancelTimer(NDIS_MINIPORT_TIMER* Timer, byte* TimerCancelled)
    {
        using var call = NativeCall.Enter(nameof(NdisMCancelTimer));
        NdisLibrary.NdisMCancelTimer(Timer, out bool cancelled);
        if (TimerCancelled != null) *TimerCancelled = cancelled ? (byte)1 : (byte)0;
        call.Trace($"Timer={Timer} TimerCancelled={(cancelled ? 1 : 0)}");
    }

    /// <summary>The header's NDIS_WORK_ITEM: what NdisInitializeWorkItem, which is inline there, has put in.</summary>
#pragma warning disable CS0649 // C fills it.
    private struct WorkItem
    {
        public void* Context;
        public delegate* unmanaged<WorkItem*, void*, void> Routine;
    }
#pragma warning restore CS0649

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisScheduleWorkItem))]
    public static NDIS_STATUS NdisScheduleWorkItem(nint WorkItem)
    {
        using var call = NativeCall.Enter(nameof(NdisScheduleWorkItem));
        var item = (WorkItem*)WorkItem;
        NDIS_STATUS status = NdisLibrary.ScheduleWork(WorkItem, _ =>
        {
            using var function = DriverFunction.Enter("the work item's function");
            item->Routine(item, item->Context);
        });
        call.Trace($"WorkItem={WorkItem} ={status}");
        return status;
    }

    private static NDIS_TIMER_FUNCTION Wrap(delegate* unmanaged<void*, void*, void*, void*, void> function) =>
        (first, context, second, third) =>
        {
            using var entered = DriverFunction.Enter("MiniportTimer");
            function(first, context, second, third);
        };
}
