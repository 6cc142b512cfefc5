using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Vfio;

/// <summary>What the kernel says about a container's IOMMU (VFIO_IOMMU_GET_INFO).</summary>
/// <param name="PageSizes">The sizes of pages that it maps, a bit each.</param>
/// <param name="Usable">The addresses that may be mapped. The gaps between them are reserved, such as the window of
/// message-signalled interrupts.</param>
/// <param name="AvailableMappings">How many more mappings may be made; null before Linux 5.10, which does not tell.</param>
internal sealed unsafe record IommuInformation(ulong PageSizes, IReadOnlyList<IovaRange> Usable, uint? AvailableMappings)
{
    // What a kernel that does not tell its ranges (before 5.4) allows on every x86-64 machine: below the interrupts'
    // window, and above it up to 39 bits.
    private static readonly IovaRange[] s_untold = [new(0, 0xfedf_ffff), new(0xfef0_0000, (1UL << 39) - 1)];

    public static SysResult Read(SafeFileHandle container, out IommuInformation? information)
    {
        information = null;
        byte[] room = new byte[sizeof(Interop.Vfio.IommuInfo)];
        SysResult read = Interop.Vfio.GetIommuInfo(container, room);
        if (read.IsError) return read;
        // Where the capabilities do not fit the kernel says how much they need.
        uint needed = Unsafe.ReadUnaligned<Interop.Vfio.IommuInfo>(ref room[0]).Size;
        if (needed > room.Length)
        {
            room = new byte[needed];
            read = Interop.Vfio.GetIommuInfo(container, room);
            if (read.IsError) return read;
        }

        information = Parse(room);
        return read;
    }

    /// <summary>Reads the chain of capabilities. A wrong link ends it, and does no harm.</summary>
    public static IommuInformation Parse(ReadOnlySpan<byte> room)
    {
        Interop.Vfio.IommuInfo head = Unsafe.ReadUnaligned<Interop.Vfio.IommuInfo>(in room[0]);
        var usable = new List<IovaRange>();
        uint? available = null;
        uint offset = (head.Flags & Interop.Vfio.VFIO_IOMMU_INFO_CAPS) != 0 ? head.CapabilityOffset : 0;
        for (uint last = 0; offset > last && offset <= room.Length - sizeof(Interop.Vfio.CapabilityHeader);)
        {
            ReadOnlySpan<byte> rest = room[(int)offset..];
            Interop.Vfio.CapabilityHeader capability = Unsafe.ReadUnaligned<Interop.Vfio.CapabilityHeader>(in rest[0]);
            if (capability.Id == Interop.Vfio.VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE) AddRanges(rest, usable);
            if (capability.Id == Interop.Vfio.VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL
                && rest.Length >= sizeof(Interop.Vfio.DmaAvailableCapability))
            {
                available = Unsafe.ReadUnaligned<Interop.Vfio.DmaAvailableCapability>(in rest[0]).Available;
            }

            (last, offset) = (offset, capability.Next);
        }

        return new IommuInformation(head.PageSizes, usable.Count > 0 ? usable : s_untold, available);
    }

    private static void AddRanges(ReadOnlySpan<byte> capability, List<IovaRange> usable)
    {
        if (capability.Length < sizeof(Interop.Vfio.IovaRangeCapability)) return;
        uint count = Unsafe.ReadUnaligned<Interop.Vfio.IovaRangeCapability>(in capability[0]).Count;
        ReadOnlySpan<byte> rest = capability[sizeof(Interop.Vfio.IovaRangeCapability)..];
        for (uint i = 0; i < count && rest.Length >= sizeof(Interop.Vfio.IovaRange); i++)
        {
            Interop.Vfio.IovaRange range = Unsafe.ReadUnaligned<Interop.Vfio.IovaRange>(in rest[0]);
            usable.Add(new IovaRange(range.Start, range.Last));
            rest = rest[sizeof(Interop.Vfio.IovaRange)..];
        }
    }
}
