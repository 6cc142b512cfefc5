using System.Runtime.InteropServices;
namespace Nonpaged.Ndis;

public sealed unsafe partial class Adapter
{
    private NDIS_RESOURCE_LIST* _resourceList;

    /// <summary>A list of the resources that lives until the adapter is halted.</summary>
    internal NDIS_RESOURCE_LIST* ResourceList()
    {
        if (_resourceList is null)
        {
            _resourceList = (NDIS_RESOURCE_LIST*)NativeMemory.AllocZeroed(NDIS_RESOURCE_LIST.SizeFor(AdapterResources.Count(Device)));
            AdapterResources.Describe(Device, _resourceList);
        }

        return _resourceList;
    }

    private void FreeResourceList()
    {
        NativeMemory.Free(_resourceList);
        _resourceList = null;
    }

    internal bool OwnsPorts(uint first, uint count) => count > 0 && Device.Ranges.Any(range =>
        range.IsPort && first >= range.Start && (ulong)first + count <= range.Start + range.Length);

    internal bool OwnsRegisters(PhysicalAddress start, uint length) => length > 0 && Device.Ranges.Any(range =>
        !range.IsPort && start.Value >= range.Start && length <= range.Length && start.Value - range.Start <= range.Length - length);
}
