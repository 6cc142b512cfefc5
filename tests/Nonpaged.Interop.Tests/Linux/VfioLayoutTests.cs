using System.Globalization;

namespace Nonpaged.Interop.Tests.Linux;

/// <summary>VFIO's structures and numbers, and those of eventfd and poll, held against the headers.</summary>
public sealed unsafe class VfioLayoutTests
{
    [Fact]
    public void The_structures_of_VFIO_are_laid_out_as_in_C()
    {
        Vfio.RegionInfo region;
        Vfio.IrqSet set;
        Vfio.IommuInfo iommu;
        Vfio.IovaRangeCapability ranges;
        Vfio.DmaAvailableCapability available;
        Vfio.DmaMap map;
        Vfio.DmaUnmap unmap;
        Vfio.DeviceInfo device;
        Vfio.IrqInfo irq;
        Compare(
            ("sizeof(struct vfio_group_status)", sizeof(Vfio.GroupStatus)),
            ("offsetof(struct vfio_device_info, num_irqs)", Offset(&device, &device.Irqs)),
            ("offsetof(struct vfio_device_info, cap_offset)", Offset(&device, &device.CapabilityOffset)),
            ("sizeof(struct vfio_region_info)", sizeof(Vfio.RegionInfo)),
            ("offsetof(struct vfio_region_info, index)", Offset(&region, &region.Index)),
            ("offsetof(struct vfio_region_info, cap_offset)", Offset(&region, &region.CapabilityOffset)),
            ("offsetof(struct vfio_region_info, size)", Offset(&region, &region.Length)),
            ("offsetof(struct vfio_region_info, offset)", Offset(&region, &region.Offset)),
            ("sizeof(struct vfio_irq_info)", sizeof(Vfio.IrqInfo)),
            ("offsetof(struct vfio_irq_info, count)", Offset(&irq, &irq.Count)),
            ("offsetof(struct vfio_irq_set, index)", Offset(&set, &set.Index)),
            ("offsetof(struct vfio_irq_set, start)", Offset(&set, &set.Start)),
            ("offsetof(struct vfio_irq_set, count)", Offset(&set, &set.Count)),
            ("offsetof(struct vfio_irq_set, data)", Offset(&set, &set.Descriptor)),
            ("offsetof(struct vfio_iommu_type1_info, iova_pgsizes)", Offset(&iommu, &iommu.PageSizes)),
            ("offsetof(struct vfio_iommu_type1_info, cap_offset)", Offset(&iommu, &iommu.CapabilityOffset)),
            ("sizeof(struct vfio_info_cap_header)", sizeof(Vfio.CapabilityHeader)),
            ("offsetof(struct vfio_iommu_type1_info_cap_iova_range, nr_iovas)", Offset(&ranges, &ranges.Count)),
            ("offsetof(struct vfio_iommu_type1_info_cap_iova_range, iova_ranges)", sizeof(Vfio.IovaRangeCapability)),
            ("sizeof(struct vfio_iova_range)", sizeof(Vfio.IovaRange)),
            ("offsetof(struct vfio_iommu_type1_info_dma_avail, avail)", Offset(&available, &available.Available)),
            ("sizeof(struct vfio_iommu_type1_dma_map)", sizeof(Vfio.DmaMap)),
            ("offsetof(struct vfio_iommu_type1_dma_map, vaddr)", Offset(&map, &map.Address)),
            ("offsetof(struct vfio_iommu_type1_dma_map, iova)", Offset(&map, &map.Iova)),
            ("offsetof(struct vfio_iommu_type1_dma_map, size)", Offset(&map, &map.Length)),
            ("sizeof(struct vfio_iommu_type1_dma_unmap)", sizeof(Vfio.DmaUnmap)),
            ("offsetof(struct vfio_iommu_type1_dma_unmap, iova)", Offset(&unmap, &unmap.Iova)),
            ("offsetof(struct vfio_iommu_type1_dma_unmap, size)", Offset(&unmap, &unmap.Length)),
            ("sizeof(struct pollfd)", sizeof(LibC.PollDescriptor)));
    }

    [Fact]
    public void The_constants_of_VFIO_are_those_of_the_headers() => Compare(
        ("VFIO_API_VERSION", Vfio.VFIO_API_VERSION),
        ("VFIO_TYPE1v2_IOMMU", Vfio.VFIO_TYPE1v2_IOMMU),
        ("VFIO_GET_API_VERSION", (long)Vfio.VFIO_GET_API_VERSION),
        ("VFIO_CHECK_EXTENSION", (long)Vfio.VFIO_CHECK_EXTENSION),
        ("VFIO_SET_IOMMU", (long)Vfio.VFIO_SET_IOMMU),
        ("VFIO_GROUP_GET_STATUS", (long)Vfio.VFIO_GROUP_GET_STATUS),
        ("VFIO_GROUP_SET_CONTAINER", (long)Vfio.VFIO_GROUP_SET_CONTAINER),
        ("VFIO_GROUP_GET_DEVICE_FD", (long)Vfio.VFIO_GROUP_GET_DEVICE_FD),
        ("VFIO_DEVICE_GET_INFO", (long)Vfio.VFIO_DEVICE_GET_INFO),
        ("VFIO_DEVICE_GET_REGION_INFO", (long)Vfio.VFIO_DEVICE_GET_REGION_INFO),
        ("VFIO_DEVICE_GET_IRQ_INFO", (long)Vfio.VFIO_DEVICE_GET_IRQ_INFO),
        ("VFIO_DEVICE_SET_IRQS", (long)Vfio.VFIO_DEVICE_SET_IRQS),
        ("VFIO_DEVICE_RESET", (long)Vfio.VFIO_DEVICE_RESET),
        ("VFIO_IOMMU_GET_INFO", (long)Vfio.VFIO_IOMMU_GET_INFO),
        ("VFIO_IOMMU_MAP_DMA", (long)Vfio.VFIO_IOMMU_MAP_DMA),
        ("VFIO_IOMMU_UNMAP_DMA", (long)Vfio.VFIO_IOMMU_UNMAP_DMA),
        ("VFIO_GROUP_FLAGS_VIABLE", Vfio.VFIO_GROUP_FLAGS_VIABLE),
        ("VFIO_DEVICE_FLAGS_RESET", Vfio.VFIO_DEVICE_FLAGS_RESET),
        ("VFIO_DEVICE_FLAGS_PCI", Vfio.VFIO_DEVICE_FLAGS_PCI),
        ("VFIO_REGION_INFO_FLAG_READ", Vfio.VFIO_REGION_INFO_FLAG_READ),
        ("VFIO_REGION_INFO_FLAG_WRITE", Vfio.VFIO_REGION_INFO_FLAG_WRITE),
        ("VFIO_REGION_INFO_FLAG_MMAP", Vfio.VFIO_REGION_INFO_FLAG_MMAP),
        ("VFIO_REGION_INFO_FLAG_CAPS", Vfio.VFIO_REGION_INFO_FLAG_CAPS),
        ("VFIO_REGION_INFO_CAP_SPARSE_MMAP", Vfio.VFIO_REGION_INFO_CAP_SPARSE_MMAP),
        ("VFIO_IRQ_INFO_EVENTFD", Vfio.VFIO_IRQ_INFO_EVENTFD),
        ("VFIO_IRQ_INFO_AUTOMASKED", Vfio.VFIO_IRQ_INFO_AUTOMASKED),
        ("VFIO_IRQ_SET_DATA_NONE", Vfio.VFIO_IRQ_SET_DATA_NONE),
        ("VFIO_IRQ_SET_DATA_EVENTFD", Vfio.VFIO_IRQ_SET_DATA_EVENTFD),
        ("VFIO_IRQ_SET_ACTION_UNMASK", Vfio.VFIO_IRQ_SET_ACTION_UNMASK),
        ("VFIO_IRQ_SET_ACTION_TRIGGER", Vfio.VFIO_IRQ_SET_ACTION_TRIGGER),
        ("VFIO_PCI_CONFIG_REGION_INDEX", Vfio.VFIO_PCI_CONFIG_REGION_INDEX),
        ("VFIO_PCI_INTX_IRQ_INDEX", Vfio.VFIO_PCI_INTX_IRQ_INDEX),
        ("VFIO_PCI_MSI_IRQ_INDEX", Vfio.VFIO_PCI_MSI_IRQ_INDEX),
        ("VFIO_PCI_MSIX_IRQ_INDEX", Vfio.VFIO_PCI_MSIX_IRQ_INDEX),
        ("VFIO_PCI_REQ_IRQ_INDEX", Vfio.VFIO_PCI_REQ_IRQ_INDEX),
        ("VFIO_IOMMU_INFO_PGSIZES", Vfio.VFIO_IOMMU_INFO_PGSIZES),
        ("VFIO_IOMMU_INFO_CAPS", Vfio.VFIO_IOMMU_INFO_CAPS),
        ("VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE", Vfio.VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE),
        ("VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL", Vfio.VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL),
        ("VFIO_DMA_MAP_FLAG_READ", Vfio.VFIO_DMA_MAP_FLAG_READ),
        ("VFIO_DMA_MAP_FLAG_WRITE", Vfio.VFIO_DMA_MAP_FLAG_WRITE),
        ("EFD_NONBLOCK", LibC.EFD_NONBLOCK),
        ("EFD_CLOEXEC", LibC.EFD_CLOEXEC),
        ("POLLIN", LibC.POLLIN),
        ("POLLERR", LibC.POLLERR),
        ("O_NONBLOCK", LibC.O_NONBLOCK));

    private static long Offset(void* start, void* field) => (byte*)field - (byte*)start;

    private static void Compare(params (string Expression, long Value)[] here)
    {
        string output = CCompiler.Run(
            $$"""
            #include <fcntl.h>
            #include <poll.h>
            #include <stddef.h>
            #include <stdio.h>
            #include <sys/eventfd.h>
            #include <sys/ioctl.h>
            #include <linux/vfio.h>
            int main(void) {
            {{string.Join('\n', here.Select(one => $"printf(\"%lld\\n\", (long long)({one.Expression}));"))}}
            return 0; }
            """);
        long[] inC = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => long.Parse(line, CultureInfo.InvariantCulture))];
        Assert.All(here.Zip(inC), pair => Assert.Equal((pair.First.Expression, pair.Second), pair.First));
    }
}
