using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// An ordinary memory file that the kernel is told to collapse into 2 MiB pages: contiguous, with no privilege and no reservation
/// (madvise(2), MADV_COLLAPSE, Linux 6.1).
/// </summary>
internal sealed unsafe class CollapsedRung : Rung
{
    public override MemoryRung Kind => MemoryRung.Collapsed;

    public override string Name => "collapsed memfd";

    public override nuint Unit => HostExtents.HugePage;

    public override string Proof => "the kernel maps each 2 MiB by one huge page (PAGEMAP_SCAN)";

    public override AllocationFailure? Check(nuint length) => HostMemory.Refuse(length);

    /// <summary>
    /// Before the pin: a pinned page is not collapsed. Each 2 MiB needs a page to begin with, or it is refused. The call may
    /// succeed without having collapsed all: what the kernel shows after the pin is what counts.
    /// </summary>
    protected override AllocationFailure? FillPart(MemoryFile file, nuint offset, nuint length)
    {
        nuint start = file.Start + offset;
        // Where the kernel was built without transparent huge pages, MADV_COLLAPSE says so.
        LibC.MAdvise((void*)start, length, LibC.MADV_HUGEPAGE);
        for (nuint unit = offset; unit < offset + length; unit += Unit)
        {
            if (file.AllocatePage(unit) is { IsError: true } refused) return Short(length, refused.Errno);
        }

        SysResult collapsed = Collapse(start, length);
        // Linux 6.1 collapses only where there is a page table: what a touch makes, and takes twice as long.
        if (collapsed.Errno == Errno.EINVAL)
        {
            for (nuint unit = start; unit < start + length; unit += Unit)
            {
                if (Populate(unit, Page.Size) is { } failure) return failure;
            }

            collapsed = Collapse(start, length);
        }

        return collapsed.IsError ? RungFailures.NotCollapsed(length, collapsed.Errno) : Populate(start, length);
    }

    /// <summary>EAGAIN is for what is short at the moment only, and trying again may succeed (madvise(2)).</summary>
    private static SysResult Collapse(nuint start, nuint length)
    {
        const int tries = 4;
        SysResult collapsed = LibC.MAdvise((void*)start, length, LibC.MADV_COLLAPSE);
        for (int i = 1; i < tries && collapsed.Errno == Errno.EAGAIN; i++)
        {
            Thread.Sleep(i);
            collapsed = LibC.MAdvise((void*)start, length, LibC.MADV_COLLAPSE);
        }

        return collapsed;
    }
}
