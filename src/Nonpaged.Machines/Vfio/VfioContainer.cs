using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Vfio;

/// <summary>
/// A container with the groups of some devices in it, and its IOMMU (Documentation/driver-api/vfio.rst): the address space that
/// its devices see. It ends when all descriptors of it are closed, the devices' first; that takes all mappings back.
/// </summary>
internal sealed class VfioContainer : IommuAddressSpace, IDisposable
{
    private readonly SafeFileHandle _container;
    private readonly IReadOnlyDictionary<int, SafeFileHandle> _groups;

    private VfioContainer(
        SafeFileHandle container,
        IReadOnlyDictionary<int, SafeFileHandle> groups,
        string name,
        IommuInformation information,
        ulong highest)
    {
        _container = container;
        _groups = groups;
        Name = name;
        Information = information;
        Addresses = new IovaAllocator(information.Usable, highest);
    }

    public override string Name { get; }

    /// <summary>What the kernel told when it was opened.</summary>
    public IommuInformation Information { get; }

    /// <summary>The addresses that nothing is mapped to.</summary>
    public IovaAllocator Addresses { get; }

    /// <summary>Opens the groups of functions, which share one address space then.</summary>
    /// <param name="functions">Bound to vfio-pci.</param>
    /// <param name="highest">The last address that the devices can put out.</param>
    /// <exception cref="MachineException">A container cannot be opened.</exception>
    public static VfioContainer Open(IReadOnlyList<PciFunction> functions, ulong highest)
    {
        using var unused = new HandleScope();
        SafeFileHandle container = OpenContainer(unused);
        var groups = new Dictionary<int, SafeFileHandle>();
        foreach (PciFunction function in functions)
        {
            if (groups.ContainsKey(function.Group!.Value)) continue;
            groups.Add(function.Group.Value, OpenGroup(unused, function, container, isFirst: groups.Count == 0));
        }

        SysResult asked = IommuInformation.Read(container, out IommuInformation? information);
        if (asked.IsError) throw VfioErrors.Refused(functions[0], "VFIO_IOMMU_GET_INFO", asked.Errno);
        unused.Keep();
        return new VfioContainer(
            container, groups, $"vfio {string.Join(" and ", functions.Select(function => function.Address))}", information!,
            highest);
    }

    /// <summary>Opens a device of one of the groups; the kernel resets it where it can.</summary>
    public SysResult OpenDevice(PciFunction function, out SafeFileHandle device) =>
        Interop.Vfio.OpenDevice(_groups[function.Group!.Value], function.Address, out device);

    public override ulong? TryReserve(IovaRequest request, out AllocationFailure? failure)
    {
        ulong? start = Addresses.TryTake(request);
        failure = start is null ? VfioErrors.NoAddresses(request, Addresses, $"The IOMMU ({Name})") : null;
        return start;
    }

    public override AllocationFailure? TryMap(ulong iova, nuint address, nuint length)
    {
        SysResult mapped = Interop.Vfio.Map(_container, address, iova, length);
        if (!mapped.IsError) return null;
        uint? available = IommuInformation.Read(_container, out IommuInformation? now).IsError ? null : now!.AvailableMappings;
        return VfioErrors.NotMapped(length, iova, mapped.Errno, available);
    }

    public override void Release(ulong iova, nuint length)
    {
        // Closing it took all mappings back. Addresses that the kernel does not take back stay out of use: a device may
        // still reach what is behind them.
        if (_container.IsClosed || !Interop.Vfio.Unmap(_container, iova, length).IsError) Addresses.Give(iova, length);
    }

    public void Dispose()
    {
        foreach (SafeFileHandle group in _groups.Values) group.Dispose();
        _container.Dispose();
    }

    private static SafeFileHandle OpenContainer(HandleScope unused)
    {
        SysResult opened = LibC.OpenForWriting("/dev/vfio/vfio", out SafeFileHandle container);
        unused.Add(container);
        if (opened.IsError) throw VfioErrors.NoContainer(opened.Errno);
        SysResult version = Interop.Vfio.GetApiVersion(container);
        return version.Value == Interop.Vfio.VFIO_API_VERSION ? container : throw new MachineException(
            $"The kernel's VFIO is of version {version}, and this program of version {Interop.Vfio.VFIO_API_VERSION}.",
            "run it on another kernel");
    }

    private static SafeFileHandle OpenGroup(HandleScope unused, PciFunction function, SafeFileHandle container, bool isFirst)
    {
        SysResult asked = LibC.OpenForWriting($"/dev/vfio/{function.Group}", out SafeFileHandle group);
        unused.Add(group);
        if (asked.IsError) throw VfioErrors.NoGroup(function, asked.Errno);
        asked = Interop.Vfio.GetGroupStatus(group, out uint flags);
        if (asked.IsError) throw VfioErrors.Refused(function, "VFIO_GROUP_GET_STATUS", asked.Errno);
        if ((flags & Interop.Vfio.VFIO_GROUP_FLAGS_VIABLE) == 0)
        {
            throw VfioErrors.NotViable(
                function, new PciFunctions().InGroup(function.Group ?? 0).Where(other => other.BlocksGroup));
        }

        asked = Interop.Vfio.SetContainer(group, container);
        if (asked.IsError) throw VfioErrors.Refused(function, "VFIO_GROUP_SET_CONTAINER", asked.Errno);
        if (!isFirst) return group;
        // The kind of IOMMU is chosen when a group is in; those that follow come into its domain.
        if (Interop.Vfio.CheckExtension(container, Interop.Vfio.VFIO_TYPE1v2_IOMMU).Value != 1)
            throw new MachineException("The kernel's VFIO has no IOMMU of the kind type1v2.", "modprobe vfio_iommu_type1");
        asked = Interop.Vfio.SetIommu(container, Interop.Vfio.VFIO_TYPE1v2_IOMMU);
        return asked.IsError ? throw VfioErrors.NoIommuOfKernel(function, asked.Errno) : group;
    }
}
