namespace Nonpaged.Ndis;

public static unsafe partial class NdisLibrary
{
    /// <summary>
    /// The function's resources, in memory that NDIS owns until the adapter is halted. (NDIS 3 and 4, NdisMPciAssignResources.)
    /// </summary>
    public static NDIS_STATUS NdisMPciAssignResources(
        NDIS_HANDLE MiniportHandle, uint SlotNumber, out NDIS_RESOURCE_LIST* AssignedResources)
    {
        AssignedResources = null;
        if (AdapterOf(MiniportHandle, Irql.PASSIVE_LEVEL) is not { } adapter) return NDIS_STATUS_FAILURE;
        AssignedResources = adapter.Resources.List();
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>
    /// The function's resources, as NdisMPciAssignResources gives them; there are no device objects here, so those are NULL.
    /// </summary>
    public static void NdisMGetDeviceProperty(NDIS_HANDLE MiniportAdapterHandle, out NDIS_RESOURCE_LIST* AllocatedResources)
    {
        AllocatedResources = null;
        if (AdapterOf(MiniportAdapterHandle, Irql.PASSIVE_LEVEL) is { } adapter) AllocatedResources = adapter.Resources.List();
    }
}
