using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// Makes an extent on a rung: a memory file is mapped and filled, pinned, read for its frame numbers, checked, arranged by these
/// and sealed, in this order. Nothing is left behind by a failure.
/// </summary>
internal sealed unsafe class ExtentBuilder(Rung rung, NonpagedPoolOptions options, PinLadder pins)
{
    private readonly ExtentFiles _files = new(rung, options);

    /// <summary>An extent of this length in which the request can be met.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="length">In bytes, a multiple of the rung's unit.</param>
    /// <param name="effort">How many bytes may be looked through where the frames matter.</param>
    /// <param name="failure">Why there is none.</param>
    public Extent? TryBuild(PageRequest request, nuint length, nuint effort, out AllocationFailure? failure)
    {
        bool isSearch = request.DependsOnFrames(rung.Unit);
        var file = MemoryFile.TryCreate(
            _files.Name, rung.FileFlags, isSearch ? effort : length, nuint.Max(rung.Unit, request.Alignment), out failure);
        if (file is null) return null;
        failure = isSearch
            ? new FrameSearch(rung, _files).Find(file, request, (int)(length / rung.Unit))
            : _files.Extend(file, length, request.Node);
        Extent? extent = failure is null ? Finish(file, request, out failure) : null;
        if (extent is null) file.Dispose();
        return extent;
    }

    private Extent? Finish(MemoryFile file, PageRequest request, out AllocationFailure? failure)
    {
        bool isWished = request.Pin != PinDemand.None;
        AllocationFailure? pinFailure = null;
        ExtentPin? pin = isWished ? pins.TryPin(file, rung, request.Pin, out pinFailure) : null;
        failure = pin is null ? KeepUnpinned(file, request, pinFailure) : null;
        string proof = "";
        nuint unit = rung.Unit;
        FrameReading reading = default;
        if (failure is null && pin is not null) reading = ReadFrames(file, out unit, out proof);
        failure ??= reading.Failure;
        failure ??= _files.CheckNode(file, request);
        if (failure is null && pin is not null && !reading.IsKnown && (options.ForDevices || request.DependsOnFrames(rung.Unit)))
            failure = FrameFailures.Unreadable(request, reading);
        if (failure is null && pin is not null) failure = new FrameSearch(rung, _files).Arrange(file, request, unit, ref reading);
        failure ??= _files.Seal(file, request);
        if (failure is not null)
        {
            pin?.Dispose();
            return null;
        }

        string node = request.Node is { } number ? $"; on NUMA node {number}{NumaNodes.Evidence}" : "";
        FrameTable frames = pin is null ? FrameTable.Unknown(file.Length) : new FrameTable(reading.Frames, unit);
        return new Extent(file.Start, file.Length, frames, _files.OriginFor(request), pin)
        {
            File = file,
            Rung = rung.Name,
            Evidence = new Lazy<string>(
                pin is null ? $"not pinned, so the kernel may move it{node}" : $"{pin.Evidence}; {reading.Note}; {proof}{node}"),
            // Of what may move nothing is known for longer than a moment.
            ContiguousUnit = pin is null ? Page.Size : rung.Unit,
            IsProtectable = !rung.IsHugetlb,
            PinKind = pin?.Kind ?? PinKind.None,
            IsLeftUnpinned = !isWished,
            Node = request.Node,
            Sharing = _files.SharingFor(request),
        };
    }

    /// <summary>Pages of the huge page pool are resident anyway; others are, where they may be locked.</summary>
    private AllocationFailure? KeepUnpinned(MemoryFile file, PageRequest request, AllocationFailure? pinFailure)
    {
        if (request.Pin is PinDemand.Any or PinDemand.LongTerm || options.ForDevices) return pinFailure;
        if (rung.IsHugetlb) return null;
        SysResult locked = LibC.MLock((void*)file.Start, file.Length);
        return locked.IsError ? PinFailures.ForLock(locked.Errno, file.Length) : null;
    }

    /// <summary>The frame of each unit, or page, after the pin, with the check that units are what the rung promises.</summary>
    private FrameReading ReadFrames(MemoryFile file, out nuint unit, out string proof)
    {
        proof = rung.Proof;
        unit = rung.Unit;
        if (rung.IsHugetlb) return FrameReader.ReadUnits(file.Start, file.Length, rung.Unit);
        SysResult scan = new(0);
        if (rung.Unit > Page.Size && FrameReader.ReadHugeMapped(file.Start, file.Length, rung.Unit, out scan) is { } ofUnits)
            return ofUnits;

        unit = Page.Size;
        FrameReading reading = FrameReader.Read(file.Start, file.Length);
        if (rung.Unit == Page.Size || reading.Failure is not null) return reading;
        proof = "the frame numbers in each 2 MiB follow each other";
        if (reading.IsKnown)
        {
            bool isContiguous = FrameReader.IsContiguousInUnits(reading.Frames, rung.Unit);
            return isContiguous ? reading : reading with { Failure = RungFailures.NotCollapsed(file.Length, Errno.None) };
        }

        // The kernel answered, and does not map it so.
        if (!scan.IsError) return reading with { Failure = RungFailures.NotCollapsed(file.Length, Errno.None) };
        proof = "the kernel maps each 2 MiB by one huge page (ShmemPmdMapped of /proc/self/smaps)";
        unit = rung.Unit;
        if (FrameReader.ReadShmemPmdMapped(file.Start, file.Length) is not { } mapped)
            return reading with { Failure = RungFailures.Unproven(file.Length, reading, scan.Errno) };
        return mapped == file.Length
            ? FrameReader.UnknownUnits(file.Length, rung.Unit, reading)
            : reading with { Failure = RungFailures.NotCollapsed(file.Length, Errno.None) };
    }
}
