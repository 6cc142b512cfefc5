using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop;

internal static unsafe partial class Vfio
{
    /// <summary>VFIO_GET_API_VERSION of a container.</summary>
    public static SysResult GetApiVersion(SafeFileHandle container) => LibC.IoCtl(container, VFIO_GET_API_VERSION, null);

    /// <summary>VFIO_CHECK_EXTENSION: 1 where the container has this kind of IOMMU, 0 where it has not.</summary>
    public static SysResult CheckExtension(SafeFileHandle container, int extension) =>
        LibC.IoCtl(container, VFIO_CHECK_EXTENSION, (void*)extension);

    /// <summary>VFIO_SET_IOMMU, once a group is in the container.</summary>
    public static SysResult SetIommu(SafeFileHandle container, int kind) => LibC.IoCtl(container, VFIO_SET_IOMMU, (void*)kind);

    /// <summary>VFIO_GROUP_GET_STATUS: its flags.</summary>
    public static SysResult GetGroupStatus(SafeFileHandle group, out uint flags)
    {
        var status = new GroupStatus { Size = (uint)sizeof(GroupStatus) };
        SysResult result = LibC.IoCtl(group, VFIO_GROUP_GET_STATUS, &status);
        flags = status.Flags;
        return result;
    }

    /// <summary>VFIO_GROUP_SET_CONTAINER.</summary>
    public static SysResult SetContainer(SafeFileHandle group, SafeFileHandle container)
    {
        int descriptor = (int)container.DangerousGetHandle();
        return LibC.IoCtl(group, VFIO_GROUP_SET_CONTAINER, &descriptor);
    }

    /// <summary>
    /// VFIO_GROUP_GET_DEVICE_FD: opens a device of the group by its name, "0000:00:04.0". The kernel
    /// resets it where it can. CLOEXEC.
    /// </summary>
    public static SysResult OpenDevice(SafeFileHandle group, string name, out SafeFileHandle device)
    {
        using var text = new CStringArray([name]);
        SysResult result = LibC.IoCtl(group, VFIO_GROUP_GET_DEVICE_FD, text.Pointer[0]);
        device = new SafeFileHandle(result.IsError ? -1 : result.Value, ownsHandle: true);
        return result;
    }

    /// <summary>VFIO_DEVICE_GET_INFO.</summary>
    public static SysResult GetDeviceInfo(SafeFileHandle device, out DeviceInfo info)
    {
        DeviceInfo asked = new() { Size = (uint)sizeof(DeviceInfo) };
        SysResult result = LibC.IoCtl(device, VFIO_DEVICE_GET_INFO, &asked);
        info = asked;
        return result;
    }

    /// <summary>
    /// VFIO_DEVICE_GET_REGION_INFO. What its capabilities need of room is told in <see cref="RegionInfo.Size"/>.
    /// </summary>
    public static SysResult GetRegionInfo(SafeFileHandle device, uint index, out RegionInfo info)
    {
        RegionInfo asked = new() { Size = (uint)sizeof(RegionInfo), Index = index };
        SysResult result = LibC.IoCtl(device, VFIO_DEVICE_GET_REGION_INFO, &asked);
        info = asked;
        return result;
    }

    /// <summary>The same with its chain of capabilities, as the kernel laid it out.</summary>
    public static SysResult GetRegionInfo(SafeFileHandle device, uint index, Span<byte> room)
    {
        fixed (byte* start = room)
        {
            *(RegionInfo*)start = new RegionInfo { Size = (uint)room.Length, Index = index };
            return LibC.IoCtl(device, VFIO_DEVICE_GET_REGION_INFO, start);
        }
    }

    /// <summary>VFIO_DEVICE_GET_IRQ_INFO.</summary>
    public static SysResult GetIrqInfo(SafeFileHandle device, uint index, out IrqInfo info)
    {
        IrqInfo asked = new() { Size = (uint)sizeof(IrqInfo), Index = index };
        SysResult result = LibC.IoCtl(device, VFIO_DEVICE_GET_IRQ_INFO, &asked);
        info = asked;
        return result;
    }

    /// <summary>VFIO_DEVICE_SET_IRQS: the interrupt adds to an event's counter from here on.</summary>
    public static SysResult SetTrigger(SafeFileHandle device, uint index, SafeFileHandle signalled)
    {
        var set = new IrqSet
        {
            Size = (uint)sizeof(IrqSet),
            Flags = VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_TRIGGER,
            Index = index,
            Count = 1,
            Descriptor = (int)signalled.DangerousGetHandle(),
        };
        return LibC.IoCtl(device, VFIO_DEVICE_SET_IRQS, &set);
    }

    /// <summary>VFIO_DEVICE_SET_IRQS: no interrupt of this kind any more.</summary>
    public static SysResult Disable(SafeFileHandle device, uint index) =>
        Act(device, index, VFIO_IRQ_SET_ACTION_TRIGGER, count: 0);

    /// <summary>VFIO_DEVICE_SET_IRQS: an INTx line, which the kernel masks when it is raised, may be raised again.</summary>
    public static SysResult Unmask(SafeFileHandle device, uint index) => Act(device, index, VFIO_IRQ_SET_ACTION_UNMASK, count: 1);

    /// <summary>VFIO_DEVICE_SET_IRQS: the kernel acts as if the interrupt had come, for tests.</summary>
    public static SysResult Trigger(SafeFileHandle device, uint index) =>
        Act(device, index, VFIO_IRQ_SET_ACTION_TRIGGER, count: 1);

    /// <summary>VFIO_DEVICE_RESET.</summary>
    public static SysResult Reset(SafeFileHandle device) => LibC.IoCtl(device, VFIO_DEVICE_RESET, null);

    /// <summary>
    /// VFIO_IOMMU_GET_INFO with its chain of capabilities, as the kernel laid it out. What it needs of
    /// room is told in its first word.
    /// </summary>
    public static SysResult GetIommuInfo(SafeFileHandle container, Span<byte> room)
    {
        fixed (byte* start = room)
        {
            *(IommuInfo*)start = new IommuInfo { Size = (uint)room.Length };
            return LibC.IoCtl(container, VFIO_IOMMU_GET_INFO, start);
        }
    }

    /// <summary>
    /// VFIO_IOMMU_MAP_DMA, for reading and writing: the pages are pinned, and counted to the process's memlock limit.
    /// </summary>
    public static SysResult Map(SafeFileHandle container, nuint address, ulong iova, ulong length)
    {
        var map = new DmaMap
        {
            Size = (uint)sizeof(DmaMap),
            Flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
            Address = address,
            Iova = iova,
            Length = length,
        };
        return LibC.IoCtl(container, VFIO_IOMMU_MAP_DMA, &map);
    }

    /// <summary>VFIO_IOMMU_UNMAP_DMA of what was mapped by one call. The value is how many bytes were unmapped.</summary>
    public static SysResult Unmap(SafeFileHandle container, ulong iova, ulong length)
    {
        var unmap = new DmaUnmap { Size = (uint)sizeof(DmaUnmap), Iova = iova, Length = length };
        SysResult result = LibC.IoCtl(container, VFIO_IOMMU_UNMAP_DMA, &unmap);
        return result.IsError ? result : new SysResult((nint)unmap.Length);
    }

    private static SysResult Act(SafeFileHandle device, uint index, uint action, uint count)
    {
        // Without data the structure ends where the descriptor would be.
        var set = new IrqSet
        { Size = (uint)sizeof(IrqSet) - sizeof(int), Flags = VFIO_IRQ_SET_DATA_NONE | action, Index = index, Count = count };
        return LibC.IoCtl(device, VFIO_DEVICE_SET_IRQS, &set);
    }
}
