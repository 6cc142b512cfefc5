using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// Makes an extent on a rung: a memory file is mapped and filled, pinned, read for its frame numbers, checked, arranged by these and sealed, in this order.
/// Nothing is left behind by a failure.
/// </summary>
internal sealed unsafe partial class ExtentBuilder(Rung rung, NonpagedPoolOptions options, PinLadder pins)
{
    /// <summary>An extent of this length in which the request can be met.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="length">In bytes, a multiple of the rung's unit.</param>
    /// <param name="effort">How many bytes may be looked through where the frames matter.</param>
    /// <param name="failure">Why there is none.</param>
    public Extent? TryBuild(PageRequest request, nuint length, nuint effort, out AllocationFailure? failure)
    {
        bool isSearch = request.DependsOnFrames(rung.Unit);
        MemoryFile? file = MemoryFile.TryCreate(FileName, rung.FileFlags, isSearch ? effort : length, nuint.Max(rung.Unit, request.Alignment), out failure);
        if (file is null) return null;
        failure = isSearch ? Search(file, request, (int)(length / rung.Unit)) : Extend(file, length, request.Node);
        Extent? extent = failure is null ? Finish(file, request, out failure) : null;
        if (extent is null) file.Dispose();
        return extent;
    }

    private string FileName => $"nonpaged:{options.Name}:{rung.Name.Replace(' ', '-')}";

    private AllocationFailure? Extend(MemoryFile file, nuint length, int? node)
    {
        nuint before = file.Length;
        SysResult extended = file.ExtendTo(length);
        if (!extended.IsError && node is { } bound && NumaNodes.Bind(file.Start + before, length - before, bound) is { } refused) return refused;
        return extended.IsError ? rung.Short(length, extended.Errno) : rung.Fill(file, before, length - before);
    }

    private Extent? Finish(MemoryFile file, PageRequest request, out AllocationFailure? failure)
    {
        bool isWished = request.Pin != PinDemand.None;
        AllocationFailure? pinFailure = null;
        ExtentPin? pin = isWished ? pins.TryPin(file, rung, request.Pin, out pinFailure) : null;
        failure = pin is null ? KeepUnpinned(file, request, pinFailure) : null;
        Sharing sharing = request.Sharing > options.Sharing ? request.Sharing : options.Sharing;
        string proof = "";
        nuint unit = rung.Unit;
        FrameReading reading = default;
        if (failure is null && pin is not null) reading = ReadFrames(file, out unit, out proof);
        failure ??= reading.Failure;
        failure ??= CheckNode(file, request);
        if (failure is null && pin is not null && !reading.IsKnown && (options.ForDevices || request.DependsOnFrames(rung.Unit)))
            failure = Unreadable(request, reading);
        if (failure is null && pin is not null) failure = Arrange(file, request, unit, ref reading);
        failure ??= Seal(file, sharing);
        if (failure is not null)
        {
            pin?.Dispose();
            return null;
        }

        string node = request.Node is { } number ? $"; on NUMA node {number}{NumaNodes.Evidence}" : "";
        return new Extent(file.Start, file.Length, file, pin is null ? FrameTable.Unknown(file.Length) : new FrameTable(reading.Frames, unit))
        {
            Rung = rung.Name,
            Evidence = pin is null ? $"not pinned, so the kernel may move it{node}" : $"{pin.Evidence}; {reading.Note}; {proof}{node}",
            // Of what may move nothing is known for longer than a moment.
            ContiguousUnit = pin is null ? Page.Size : rung.Unit,
            IsProtectable = !rung.IsHugetlb,
            PinKind = pin?.Kind ?? PinKind.None,
            IsLeftUnpinned = !isWished,
            Node = request.Node,
            Pin = pin,
            PinFailure = pinFailure,
            Sharing = sharing,
            IsOneBlock = request.Sharing > options.Sharing,
        };
    }

    private static AllocationFailure? Seal(MemoryFile file, Sharing sharing) => file.Seal(sharing) is { IsError: true } refused
        ? new AllocationFailure(FailureKind.Kernel, $"The memory file cannot be sealed (fcntl, F_ADD_SEALS: {refused.Errno}).", $"the kernel's answer, {refused.Errno}", "nonpaged doctor") { Errno = (int)refused.Errno }
        : null;

    private AllocationFailure? CheckNode(MemoryFile file, PageRequest request) =>
        request.Node is { } node ? NumaNodes.Check(file.Start, file.Length, rung.Unit, node) : null;

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
        if (rung.Unit > Page.Size && FrameReader.ReadHugeMapped(file.Start, file.Length, rung.Unit, out scan) is { } ofUnits) return ofUnits;

        unit = Page.Size;
        FrameReading reading = FrameReader.Read(file.Start, file.Length);
        if (rung.Unit == Page.Size || reading.Failure is not null) return reading;
        proof = "the frame numbers in each 2 MiB follow each other";
        if (reading.IsKnown)
        {
            bool isContiguous = FrameReader.IsContiguousInUnits(reading.Frames, rung.Unit);
            return isContiguous ? reading : reading with { Failure = CollapsedRung.Refused(file.Length, Errno.None) };
        }

        // The kernel answered, and does not map it so.
        if (!scan.IsError) return reading with { Failure = CollapsedRung.Refused(file.Length, Errno.None) };
        proof = "the kernel maps each 2 MiB by one huge page (ShmemPmdMapped of /proc/self/smaps)";
        unit = rung.Unit;
        if (FrameReader.ReadShmemPmdMapped(file.Start, file.Length) is not { } mapped) return reading with { Failure = CollapsedRung.Unproven(file.Length, reading, scan.Errno) };
        return mapped == file.Length ? FrameReader.UnknownUnits(file.Length, rung.Unit, reading) : reading with { Failure = CollapsedRung.Refused(file.Length, Errno.None) };
    }
}
