namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>Sets up a work item.</summary>
    public static void NdisInitializeWorkItem(NDIS_WORK_ITEM* WorkItem, NDIS_PROC Routine, void* Context)
    {
        CallContext context = CallContext.Current;
        WorkItem->Context = Context;
        WorkItem->WorkObject = context.Instance.Handles.Add(Routine);
    }

    /// <summary>
    /// Has a work item's function run soon, at PASSIVE_LEVEL, on a thread of its own, for the adapter whose function
    /// calls: none of that adapter's functions runs beside it, but for the time that it waits. Where the caller is in no
    /// adapter's function, as in a protocol, it runs beside anything. The item can be scheduled again once its function
    /// runs.
    /// </summary>
    public static NDIS_STATUS NdisScheduleWorkItem(NDIS_WORK_ITEM* WorkItem) =>
        Resolve<NDIS_PROC>(WorkItem->WorkObject) is { } routine ? ScheduleWork((nint)WorkItem, routine) : NDIS_STATUS_FAILURE;

    internal static NDIS_STATUS ScheduleWork(nint workItem, NDIS_PROC routine)
    {
        const string Function = "work item";
        CallContext context = Caller(Irql.DISPATCH_LEVEL, nameof(NdisScheduleWorkItem));
        if (context.Adapter is { } adapter)
        {
            bool isPosted = adapter.WorkItems.RunLater(Function, () => routine((NDIS_WORK_ITEM*)workItem));
            return isPosted ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE;
        }

        context.Instance.Kernel.Work.Queue(context, Function, () => routine((NDIS_WORK_ITEM*)workItem));
        return NDIS_STATUS_SUCCESS;
    }
}
