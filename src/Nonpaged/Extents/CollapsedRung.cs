using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// An ordinary memory file that the kernel is told to collapse into 2 MiB pages: contiguous, with no privilege and no reservation
/// (madvise(2), MADV_COLLAPSE, Linux 6.1).
/// </summary>
internal sealed unsafe class CollapsedRung : Rung
{
    public override string Name => "collapsed memfd";

    public override nuint Unit => HostExtents.HugePage;

    public override bool IsHugetlb => false;

    protected override string Proof => "the kernel maps each 2 MiB by one huge page (PAGEMAP_SCAN)";

    public override AllocationFailure? Check(nuint length) => HostMemory.Refuse(length);

    /// <summary>Before the pin: a pinned page is not collapsed. Each 2 MiB needs one byte touched, or it is refused.</summary>
    protected override AllocationFailure? Prepare(nuint start, nuint length)
    {
        LibC.AdviseMemory((void*)start, length, LibC.MADV_HUGEPAGE);
        for (nuint unit = start; unit < start + length; unit += Unit)
        {
            SysResult touched = LibC.AdviseMemory((void*)unit, Page.Size, LibC.MADV_POPULATE_WRITE);
            if (touched.IsError) return Refused(length, touched.Errno);
        }

        SysResult collapsed = LibC.AdviseMemory((void*)start, length, LibC.MADV_COLLAPSE);
        if (collapsed.IsError) return Refused(length, collapsed.Errno);
        // The call may succeed without having collapsed all, so what counts is what the kernel shows.
        return FrameReader.IsHugeMapped(start, length) || IsContiguousByFrames(start, length) ? null : Refused(length, Errno.None);
    }

    private static bool IsContiguousByFrames(nuint start, nuint length)
    {
        LibC.AdviseMemory((void*)start, length, LibC.MADV_POPULATE_WRITE);
        ulong[] frames = FrameReader.Read(start, length);
        return frames[0] != PageEntry.Unknown && FrameReader.IsContiguousInUnits(frames, HostExtents.HugePage);
    }

    private static AllocationFailure Refused(nuint length, Errno errno) => new(
        $"The kernel did not collapse {length} bytes into 2 MiB pages{(errno == Errno.None ? "" : $" ({errno})")}.",
        "free physical memory in 2 MiB pieces, transparent huge pages, or the cgroup's memory limit",
        $"sysctl -w vm.compact_memory=1, or {HugepageCounts.Remedy(length)}");
}
