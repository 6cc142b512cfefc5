using Nonpaged.Drivers;
using Nonpaged.Interop;
using Nonpaged.Machines;
using Nonpaged.Machines.Vfio;
using Nonpaged.Ndis;

namespace Nonpaged.Cli;

/// <summary>Looks at the PCI devices of this machine, and at what it takes to drive each. Changes nothing.</summary>
/// <param name="root">The folder that stands for /, without a slash at its end; empty for / itself.</param>
internal sealed class DeviceSurvey(string root = "")
{
    private readonly PciFunctions _functions = new(root);

    /// <summary>Network cards, or all devices but bridges.</summary>
    public IReadOnlyList<DeviceDocument> Look(bool all) =>
        [.. _functions.All().Where(function => all ? !function.IsBridge : function.IsNetwork).Select(Describe)];

    private DeviceDocument Describe(PciFunction function)
    {
        var id = new PciId(function.VendorId, function.DeviceId);
        MachineException? missing = Missing(function);
        return new DeviceDocument(
            function.Address,
            id.ToString(),
            function.IsNetwork ? "network" : $"{function.Class:x6}",
            function.Driver,
            function.Interfaces,
            function.Group,
            function.Group is { } group
                ? [.. _functions.InGroup(group).Where(other => other.Address != function.Address).Select(other => other.Address)]
                : [],
            NetworkDrivers.All.FirstOrDefault(driver => driver.Devices.Contains(id))?.Name,
            missing is null,
            missing?.Reason,
            missing?.Remedy);
    }

    /// <summary>The first of what is in the way, in the order in which it has to be done.</summary>
    private MachineException? Missing(PciFunction function)
    {
        if (function.Group is not { } group) return VfioErrors.NoIommu(function.Address);
        if (function.Driver != VfioBinding.Driver) return VfioErrors.NotBound(function);
        PciFunction[] blocking = [.. _functions.InGroup(group).Where(other => other.BlocksGroup)];
        if (blocking.Length > 0) return VfioErrors.NotViable(function, blocking);
        string path = $"{root}/dev/vfio/{group}";
        if (LibC.AccessToUse(path) is { IsError: true } refused) return VfioErrors.NoGroup(function, refused.Errno);
        return VfioUsers.Of(group, root).Count > 0 ? VfioErrors.NoGroup(function, Errno.EBUSY) : null;
    }
}
