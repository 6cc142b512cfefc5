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
    /// calls: none of that adapter's functions runs beside it, but for the time that it waits. The item can be
    /// scheduled again once its function runs.
    /// </summary>
    public static NDIS_STATUS NdisScheduleWorkItem(NDIS_WORK_ITEM* WorkItem) =>
        Resolve<NDIS_PROC>(WorkItem->WorkObject) is { } routine ? ScheduleWork((nint)WorkItem, routine) : NDIS_STATUS_FAILURE;

    internal static NDIS_STATUS ScheduleWork(nint workItem, NDIS_PROC routine)
    {
        if (CallingAdapter(Irql.DISPATCH_LEVEL, nameof(NdisScheduleWorkItem)) is not { } adapter) return NDIS_STATUS_FAILURE;
        return adapter.WorkItems.RunLater("work item", () => routine((NDIS_WORK_ITEM*)workItem))
            ? NDIS_STATUS_SUCCESS
            : NDIS_STATUS_FAILURE;
    }
}
