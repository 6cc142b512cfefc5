using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>One way of obtaining memory from the host: of which file it is, how it is filled, and what is then known of it.</summary>
internal abstract unsafe class Rung
{
    /// <summary>What is longer than this is filled by several threads.</summary>
    private const nuint Portion = 8 << 20;

    public abstract MemoryRung Kind { get; }

    public abstract string Name { get; }

    /// <summary>The unit of its extents, which is also physically contiguous.</summary>
    public abstract nuint Unit { get; }

    /// <summary>What memfd_create(2) is told.</summary>
    public virtual uint FileFlags => 0;

    /// <summary>Extents are of the kernel's huge page pool: never paged out, and their protection changes as a whole only.</summary>
    public bool IsHugetlb => (FileFlags & LibC.MFD_HUGETLB) != 0;

    /// <summary>How the contiguity of its units is known.</summary>
    public abstract string Proof { get; }

    /// <summary>Looks whether so much can be had at all: null, or why not.</summary>
    public abstract AllocationFailure? Check(nuint length);

    /// <summary>So much is there in all, though others may use it now.</summary>
    public virtual bool MayGetBack(nuint length) => false;

    /// <summary>Fills what is mapped: null, or why that is not possible.</summary>
    public AllocationFailure? Fill(nuint start, nuint length)
    {
        // Zeroing huge pages is what two cores do faster: 66 instead of 104 ms a GiB. For the other rungs the kernel's locks leave no gain.
        if (!IsHugetlb || length < 2 * Portion || Environment.ProcessorCount == 1) return FillPart(start, length);
        AllocationFailure? failure = null;
        // The calling thread does its part, so this ends also where the thread pool has no thread to spare.
        Parallel.For(0, (int)((length + Portion - 1) / Portion), (index, state) =>
        {
            nuint done = (nuint)index * Portion;
            if (FillPart(start + done, nuint.Min(Portion, length - done)) is not { } refused) return;
            failure = refused;
            state.Stop();
        });
        return failure;
    }

    /// <summary>Why memory is short, for a call that the kernel refused.</summary>
    public AllocationFailure Short(nuint length, Errno errno) => errno is Errno.ENOMEM or Errno.EFAULT or Errno.ENOSPC or Errno.EAGAIN
        ? new(
            $"The host has no {length} bytes for the rung \"{Name}\" ({errno}).",
            IsHugetlb ? "free huge pages, or the cgroup's hugetlb limit" : "free memory, the cgroup's memory limit (memory.max), or vm.max_map_count",
            IsHugetlb ? Remedy(length) : "free memory, or raise the cgroup's memory.max")
        : new($"{length} bytes cannot be mapped on the rung \"{Name}\" ({errno}).", $"the kernel's answer, {errno}", "nonpaged doctor");

    protected virtual AllocationFailure? FillPart(nuint start, nuint length) => Populate(start, length);

    /// <summary>MADV_POPULATE_WRITE answers EFAULT where a touch would raise SIGBUS.</summary>
    public AllocationFailure? Populate(nuint start, nuint length)
    {
        SysResult populated = LibC.AdviseMemory((void*)start, length, LibC.MADV_POPULATE_WRITE);
        return populated.IsError ? Short(length, populated.Errno) : null;
    }

    protected virtual string Remedy(nuint length) => HugepageCounts.Remedy(length);
}
