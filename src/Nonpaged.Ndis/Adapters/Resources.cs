using System.Runtime.InteropServices;
using Nonpaged.Machines;

namespace Nonpaged.Ndis;

/// <summary>The ports, registers and interrupt that the machine assigned to an adapter's device.</summary>
internal sealed unsafe class Resources(NdisInstance instance, MachineDevice device, DriverReports reports) : IDisposable
{
    private NDIS_RESOURCE_LIST* _list;

    /// <summary>A list of the resources that lives until the adapter is halted.</summary>
    public NDIS_RESOURCE_LIST* List()
    {
        if (_list is null)
        {
            _list = (NDIS_RESOURCE_LIST*)NativeMemory.AllocZeroed(NDIS_RESOURCE_LIST.SizeFor(AdapterResources.Count(device)));
            AdapterResources.Describe(device, _list);
        }

        return _list;
    }

    public void Dispose()
    {
        NativeMemory.Free(_list);
        _list = null;
    }

    public bool OwnsPorts(uint first, uint count) => count > 0 && device.Ranges.Any(range =>
        range.IsPort && first >= range.Start && (ulong)first + count <= range.Start + range.Length);

    /// <summary>The device's ports, for a person.</summary>
    public string DescribePorts()
    {
        string[] ports = device.Ranges.Where(range => range.IsPort).Select(range => $"{range.Length} from 0x{range.Start:x}")
            .ToArray();
        return ports.Length == 0 ? "no ports" : string.Join(" and ", ports);
    }

    public bool OwnsRegisters(PhysicalAddress start, uint length) => length > 0 && device.Ranges.Any(range =>
        !range.IsPort && start.Value >= range.Start && length <= range.Length
            && start.Value - range.Start <= range.Length - length);

    /// <summary>Reports and takes back what the adapter's driver left registered, mapped or open.</summary>
    public void GiveBack(Adapter adapter, string who)
    {
        foreach (PortRange range in instance.PortRegistry.Of(adapter))
        {
            reports.Leak("NdisMRegisterIoPortRange", $"{who} left {range.Count} ports from 0x{range.First:x} registered.");
            instance.PortRegistry.Remove(range);
        }

        foreach (IoSpace space in instance.IoSpaces.Of(adapter))
        {
            reports.Leak(
                "NdisMMapIoSpace", $"{who} left {space.Window.Length} bytes of registers at {space.Window.Start} mapped.");
            instance.IoSpaces.Remove(space);
        }

        foreach (OpenConfiguration configuration in instance.Handles.All<OpenConfiguration>()
            .Where(one => one.Parameters.Adapter == adapter))
        {
            reports.Leak("NdisOpenConfiguration", $"{who} left its configuration open.", configuration.Handle);
            instance.Handles.Remove(configuration.Handle);
            configuration.Dispose();
        }
    }
}
