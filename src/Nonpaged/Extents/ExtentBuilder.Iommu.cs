namespace Nonpaged;

internal sealed unsafe partial class ExtentBuilder
{
    /// <summary>
    /// An extent mapped by an IOMMU as one piece. The addresses are taken before the memory, which is the dearer of the two; mapped is what is filled, and the mapping
    /// pins it.
    /// </summary>
    public Extent? TryBuildMapped(PageRequest request, IommuPlacement placement, nuint length, out AllocationFailure? failure)
    {
        IommuPin? pin = placement.TryReserve(length, out failure);
        if (pin is null) return null;
        MemoryFile? file = MemoryFile.TryCreate(FileName, rung.FileFlags, length, nuint.Max(rung.Unit, nuint.Max(HostExtents.HugePage, request.Alignment)), out failure);
        failure ??= Extend(file!, length, request.Node);
        failure ??= CheckNode(file!, request);
        failure ??= pin.TryMap(file!.Start + placement.LeftOut);
        Sharing sharing = request.Sharing > options.Sharing ? request.Sharing : options.Sharing;
        failure ??= Seal(file!, sharing);
        if (failure is not null)
        {
            // The pin goes first, as it does with an extent.
            pin.Dispose();
            file?.Dispose();
            return null;
        }

        nuint start = file!.Start + placement.LeftOut;
        return new Extent(start, pin.Length, file, new FrameTable(pin.Units(HostExtents.HugePage), HostExtents.HugePage))
        {
            Rung = $"IOMMU mapping of {rung.Name}",
            Evidence = "this process chose the addresses, at which the IOMMU shows the device one range; pinned by that mapping (VFIO_IOMMU_MAP_DMA)",
            LookBehind = new Lazy<string>(() => FramesBehind(start, pin.Length)),
            ContiguousUnit = HostExtents.HugePage,
            IsProtectable = !rung.IsHugetlb,
            PinKind = PinKind.Iommu,
            Node = request.Node,
            Pin = pin,
            Sharing = sharing,
            IsOneBlock = request.Sharing > options.Sharing,
        };
    }

    /// <summary>In how many physical pieces memory is that is one range to the device: read when it is asked for, since the pin keeps it true.</summary>
    private static string FramesBehind(nuint start, nuint length)
    {
        FrameReading reading = FrameReader.Read(start, length);
        if (!reading.IsKnown) return "behind it are frames whose numbers may not be read";
        int pieces = 1;
        for (int i = 1; i < reading.Frames.Length; i++)
        {
            if (reading.Frames[i] != reading.Frames[i - 1] + Page.Size) pieces++;
        }

        return $"behind its {reading.Frames.Length} pages of 4 KiB are {pieces} pieces of physical memory (/proc/self/pagemap)";
    }
}
