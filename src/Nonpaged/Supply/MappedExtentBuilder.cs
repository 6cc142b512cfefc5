namespace Nonpaged;

/// <summary>
/// Makes an extent that an IOMMU maps as one piece. The addresses are taken before the memory, which is the dearer of the two;
/// mapped is what is filled, and the mapping pins it. Nothing is left behind by a failure.
/// </summary>
internal sealed class MappedExtentBuilder(Rung rung, NonpagedPoolOptions options, IommuPlacement placement)
{
    private readonly ExtentFiles _files = new(rung, options);

    /// <summary>An extent of this length in which the request can be met.</summary>
    public Extent? TryBuild(PageRequest request, nuint length, out AllocationFailure? failure)
    {
        IommuPin? pin = placement.TryReserve(length, out failure);
        if (pin is null) return null;
        nuint alignment = nuint.Max(rung.Unit, nuint.Max(HostExtents.HugePage, request.Alignment));
        var file = MemoryFile.TryCreate(_files.Name, rung.FileFlags, length, alignment, out failure);
        failure ??= _files.Extend(file!, length, request.Node);
        failure ??= _files.CheckNode(file!, request);
        failure ??= pin.TryMap(file!.Start + placement.LeftOut);
        failure ??= _files.Seal(file!, request);
        if (failure is not null)
        {
            // The pin goes first, as it does with an extent.
            pin.Dispose();
            file?.Dispose();
            return null;
        }

        nuint start = file!.Start + placement.LeftOut;
        var frames = new FrameTable(pin.Units(HostExtents.HugePage), HostExtents.HugePage);
        return new Extent(start, pin.Length, frames, _files.OriginFor(request), pin)
        {
            File = file,
            Rung = $"IOMMU mapping of {rung.Name}",
            Evidence = new Lazy<string>(() =>
                "this process chose the addresses, at which the IOMMU shows the device one range; "
                    + "pinned by that mapping (VFIO_IOMMU_MAP_DMA); "
                + FramesBehind(start, pin.Length)),
            ContiguousUnit = HostExtents.HugePage,
            IsProtectable = !rung.IsHugetlb,
            PinKind = PinKind.Iommu,
            Node = request.Node,
            Sharing = _files.SharingFor(request),
        };
    }

    /// <summary>
    /// In how many physical pieces memory is that is one range to the device: read when it is asked
    /// for, since the pin keeps it true.
    /// </summary>
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
