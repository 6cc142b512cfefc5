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

    /// <summary>The device's ports, for a person.</summary>
    internal string DescribePorts()
    {
        var ports = Device.Ranges.Where(range => range.IsPort).Select(range => $"{range.Length} from 0x{range.Start:x}")
            .ToArray();
        return ports.Length == 0 ? "no ports" : string.Join(" and ", ports);
    }

    internal bool OwnsRegisters(PhysicalAddress start, uint length) => length > 0 && Device.Ranges.Any(range =>
        !range.IsPort && start.Value >= range.Start && length <= range.Length
            && start.Value - range.Start <= range.Length - length);
}
