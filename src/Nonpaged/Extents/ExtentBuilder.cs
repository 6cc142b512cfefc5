using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// Makes an extent on a rung: a memory file is mapped and filled, arranged by frame numbers, pinned, read for its frame numbers, checked and sealed, in this
/// order. Nothing is left behind by a failure.
/// </summary>
internal sealed unsafe partial class ExtentBuilder(Rung rung, NonpagedPoolOptions options, PinTable pins)
{
    /// <summary>An extent of this length in which the request can be met.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="length">In bytes, a multiple of the rung's unit.</param>
    /// <param name="effort">How many bytes may be looked through where the frames matter.</param>
    /// <param name="failure">Why there is none.</param>
    public Extent? TryBuild(PageRequest request, nuint length, nuint effort, out AllocationFailure? failure)
    {
        bool isSearch = request.DependsOnFrames(rung.Unit);
        string name = $"nonpaged:{options.Name}:{rung.Name.Replace(' ', '-')}";
        MemoryFile? file = MemoryFile.TryCreate(name, rung.FileFlags, isSearch ? effort : length, nuint.Max(rung.Unit, request.Alignment), out failure);
        if (file is null) return null;
        failure = isSearch ? Search(file, request, (int)(length / rung.Unit)) : Extend(file, length) ?? Arrange(file);
        Extent? extent = failure is null ? Finish(file, request, out failure) : null;
        if (extent is null) file.Dispose();
        return extent;
    }

    private AllocationFailure? Extend(MemoryFile file, nuint length)
    {
        nuint before = file.Length;
        SysResult extended = file.ExtendTo(length);
        return extended.IsError ? rung.Short(length, extended.Errno) : rung.Fill(file.Start + before, length - before);
    }

    private Extent? Finish(MemoryFile file, PageRequest request, out AllocationFailure? failure)
    {
        Pin? pin = pins.TryPin(file.Start, file.Length, out AllocationFailure? pinFailure);
        failure = pin is null ? KeepUnpinned(file, request, pinFailure!) : null;
        Sharing sharing = request.Sharing > options.Sharing ? request.Sharing : options.Sharing;
        string proof = "";
        ulong[] frames = failure is null ? ReadFrames(file, out proof, out failure) : [];
        if (failure is null && file.Seal(sharing) is { IsError: true } refused)
            failure = new AllocationFailure($"The memory file cannot be sealed (fcntl, F_ADD_SEALS: {refused.Errno}).", $"the kernel's answer, {refused.Errno}", "nonpaged doctor");
        if (failure is not null)
        {
            pin?.Dispose();
            return null;
        }

        string how = pin is not null ? "pinned by an io_uring registered buffer" : "not pinned";
        bool readable = frames[0] != PageEntry.Unknown;
        return new Extent(file.Start, file.Length, file, frames)
        {
            Rung = rung.Name,
            Evidence = $"{how}; {(readable ? "frame numbers read from /proc/self/pagemap after that" : "frame numbers may not be read (CAP_SYS_ADMIN)")}; {proof}",
            ContiguousUnit = rung.Unit,
            IsProtectable = !rung.IsHugetlb,
            IsPinned = pin is not null,
            Pin = pin,
            PinFailure = pinFailure,
            Sharing = sharing,
            IsOneBlock = request.Sharing > options.Sharing,
        };
    }

    /// <summary>Pages of the huge page pool are resident anyway; others are, where they may be locked.</summary>
    private AllocationFailure? KeepUnpinned(MemoryFile file, PageRequest request, AllocationFailure pinFailure)
    {
        if (request.Pinned) return pinFailure;
        if (rung.IsHugetlb) return null;
        SysResult locked = LibC.LockMemory((void*)file.Start, file.Length);
        return locked.IsError ? PinFailures.ForLock(locked.Errno, file.Length) : null;
    }

    /// <summary>The frame of each page after the pin, with the check that units are what the rung promises.</summary>
    private ulong[] ReadFrames(MemoryFile file, out string proof, out AllocationFailure? failure)
    {
        proof = rung.Proof;
        if (rung.IsHugetlb || (rung.Unit > Page.Size && FrameReader.IsHugeMapped(file.Start, file.Length)))
            return FrameReader.Spread(FrameReader.ReadUnits(file.Start, file.Length, rung.Unit, out failure), rung.Unit);
        ulong[] frames = FrameReader.Read(file.Start, file.Length, out failure);
        if (rung.Unit == Page.Size || failure is not null) return frames;
        proof = "the frame numbers in each 2 MiB follow each other";
        if (frames[0] == PageEntry.Unknown || !FrameReader.IsContiguousInUnits(frames, rung.Unit)) failure = CollapsedRung.Refused(file.Length, Errno.None);
        return frames;
    }
}
