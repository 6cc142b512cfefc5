using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>One way of obtaining memory from the host: the file, how it is filled, and what is known of it then.</summary>
internal abstract unsafe class Rung
{
    public abstract MemoryRung Kind { get; }

    public abstract string Name { get; }

    /// <summary>The unit of its extents, which is also physically contiguous.</summary>
    public abstract nuint Unit { get; }

    /// <summary>What memfd_create(2) is told.</summary>
    public virtual uint FileFlags => 0;

    /// <summary>
    /// Extents are of the kernel's huge page pool: never paged out, and their protection changes as a whole only.
    /// </summary>
    public bool IsHugetlb => (FileFlags & LibC.MFD_HUGETLB) != 0;

    /// <summary>How the contiguity of its units is known.</summary>
    public abstract string Proof { get; }

    /// <summary>Looks whether there is so much at all: null, or why not.</summary>
    public abstract AllocationFailure? Check(nuint length);

    /// <summary>So much is there in all, though others may use it now.</summary>
    public virtual bool MayGetBack(nuint length) => false;

    /// <summary>
    /// How much of its memory a thread fills at a time: what takes half a millisecond or longer, because another takes 0.1 to 0.2
    /// ms to wake up. 0 where the kernel's locks leave no gain to a second thread.
    /// </summary>
    protected virtual nuint Portion => 0;

    /// <summary>
    /// Fills what is mapped of a file: null, or why that is not possible. The file's units lie in their own order.
    /// </summary>
    public AllocationFailure? Fill(MemoryFile file, nuint offset, nuint length)
    {
        if (Portion == 0 || length <= Portion) return FillPart(file, offset, length);
        return Filling.Run((int)((length + Portion - 1) / Portion), index =>
        {
            nuint done = (nuint)index * Portion;
            return FillPart(file, offset + done, nuint.Min(Portion, length - done));
        });
    }

    /// <summary>Why memory is short, for a call that the kernel refused.</summary>
    public AllocationFailure Short(nuint length, Errno errno) =>
        RungFailures.Short(Name, IsHugetlb ? Remedy(length) : null, length, errno);

    protected virtual AllocationFailure? FillPart(MemoryFile file, nuint offset, nuint length) =>
        Populate(file.Start + offset, length);

    /// <summary>MADV_POPULATE_WRITE answers EFAULT where a touch would raise SIGBUS.</summary>
    public AllocationFailure? Populate(nuint start, nuint length)
    {
        SysResult populated = LibC.MAdvise((void*)start, length, LibC.MADV_POPULATE_WRITE);
        return populated.IsError ? Short(length, populated.Errno) : null;
    }

    protected virtual string Remedy(nuint length) => HugepageCounts.Remedy(length);
}
