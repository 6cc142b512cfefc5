using System.Runtime.InteropServices;

namespace Nonpaged.Interop;

/// <summary>VFIO's numbers and structures (linux/vfio.h; Documentation/driver-api/vfio.rst).</summary>
internal static unsafe partial class Vfio
{
    public const int VFIO_API_VERSION = 0;
    public const int VFIO_TYPE1v2_IOMMU = 3;

    // _IO(';', 100 + n): no request tells the size of its argument, which says so itself in its first word.
    public const nuint VFIO_GET_API_VERSION = 0x3b64;
    public const nuint VFIO_CHECK_EXTENSION = 0x3b65;
    public const nuint VFIO_SET_IOMMU = 0x3b66;
    public const nuint VFIO_GROUP_GET_STATUS = 0x3b67;
    public const nuint VFIO_GROUP_SET_CONTAINER = 0x3b68;
    public const nuint VFIO_GROUP_GET_DEVICE_FD = 0x3b6a;
    public const nuint VFIO_DEVICE_GET_INFO = 0x3b6b;
    public const nuint VFIO_DEVICE_GET_REGION_INFO = 0x3b6c;
    public const nuint VFIO_DEVICE_GET_IRQ_INFO = 0x3b6d;
    public const nuint VFIO_DEVICE_SET_IRQS = 0x3b6e;
    public const nuint VFIO_DEVICE_RESET = 0x3b6f;
    public const nuint VFIO_IOMMU_GET_INFO = 0x3b70;
    public const nuint VFIO_IOMMU_MAP_DMA = 0x3b71;
    public const nuint VFIO_IOMMU_UNMAP_DMA = 0x3b72;

    public const uint VFIO_GROUP_FLAGS_VIABLE = 1 << 0;
    public const uint VFIO_DEVICE_FLAGS_RESET = 1 << 0;
    public const uint VFIO_DEVICE_FLAGS_PCI = 1 << 1;
    public const uint VFIO_REGION_INFO_FLAG_READ = 1 << 0;
    public const uint VFIO_REGION_INFO_FLAG_WRITE = 1 << 1;
    public const uint VFIO_REGION_INFO_FLAG_MMAP = 1 << 2;
    public const uint VFIO_REGION_INFO_FLAG_CAPS = 1 << 3;
    public const ushort VFIO_REGION_INFO_CAP_SPARSE_MMAP = 1;
    public const uint VFIO_IRQ_INFO_EVENTFD = 1 << 0;
    public const uint VFIO_IRQ_INFO_AUTOMASKED = 1 << 2;
    public const uint VFIO_IRQ_SET_DATA_NONE = 1 << 0;
    public const uint VFIO_IRQ_SET_DATA_EVENTFD = 1 << 2;
    public const uint VFIO_IRQ_SET_ACTION_UNMASK = 1 << 4;
    public const uint VFIO_IRQ_SET_ACTION_TRIGGER = 1 << 5;
    public const uint VFIO_PCI_CONFIG_REGION_INDEX = 7;
    public const uint VFIO_PCI_INTX_IRQ_INDEX = 0;
    public const uint VFIO_PCI_MSI_IRQ_INDEX = 1;
    public const uint VFIO_PCI_MSIX_IRQ_INDEX = 2;
    public const uint VFIO_PCI_REQ_IRQ_INDEX = 4;
    public const uint VFIO_IOMMU_INFO_PGSIZES = 1 << 0;
    public const uint VFIO_IOMMU_INFO_CAPS = 1 << 1;
    public const ushort VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE = 1;
    public const ushort VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL = 3;
    public const uint VFIO_DMA_MAP_FLAG_READ = 1 << 0;
    public const uint VFIO_DMA_MAP_FLAG_WRITE = 1 << 1;

    /// <summary>struct vfio_group_status.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct GroupStatus
    {
        public uint Size;
        public uint Flags;
    }

    /// <summary>struct vfio_device_info.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct DeviceInfo
    {
        public uint Size;
        public uint Flags;
        public uint Regions;
        public uint Irqs;
        public uint CapabilityOffset;
    }

    /// <summary>struct vfio_region_info.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct RegionInfo
    {
        public uint Size;
        public uint Flags;
        public uint Index;
        public uint CapabilityOffset;
        public ulong Length;
        public ulong Offset;
    }

    /// <summary>struct vfio_irq_info.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct IrqInfo
    {
        public uint Size;
        public uint Flags;
        public uint Index;
        public uint Count;
    }

    /// <summary>struct vfio_irq_set with room for one event's descriptor.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct IrqSet
    {
        public uint Size;
        public uint Flags;
        public uint Index;
        public uint Start;
        public uint Count;
        public int Descriptor;
    }

    /// <summary>struct vfio_iommu_type1_info, which a chain of capabilities follows.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct IommuInfo
    {
        public uint Size;
        public uint Flags;
        public ulong PageSizes;
        public uint CapabilityOffset;
    }

    /// <summary>struct vfio_info_cap_header: offsets are from the start of the information that the chain belongs to.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct CapabilityHeader
    {
        public ushort Id;
        public ushort Version;
        public uint Next;
    }

    /// <summary>struct vfio_iommu_type1_info_cap_iova_range, without its ranges.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct IovaRangeCapability
    {
        public CapabilityHeader Header;
        public uint Count;
        public uint Reserved;
    }

    /// <summary>struct vfio_iova_range; its end is the last address.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct IovaRange
    {
        public ulong Start;
        public ulong Last;
    }

    /// <summary>struct vfio_iommu_type1_info_dma_avail.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct DmaAvailableCapability
    {
        public CapabilityHeader Header;
        public uint Available;
    }

    /// <summary>struct vfio_iommu_type1_dma_map.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct DmaMap
    {
        public uint Size;
        public uint Flags;
        public ulong Address;
        public ulong Iova;
        public ulong Length;
    }

    /// <summary>struct vfio_iommu_type1_dma_unmap, without a bitmap.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct DmaUnmap
    {
        public uint Size;
        public uint Flags;
        public ulong Iova;
        public ulong Length;
    }
}
