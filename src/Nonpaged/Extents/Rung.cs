using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// One way of obtaining an extent from the host: a memory file of its own, mapped shared, populated and checked, then pinned, then read for its frame
/// numbers, then sealed. A memory file, because memory that a mapping owns privately moves at a write after fork.
/// </summary>
internal abstract unsafe class Rung
{
    public abstract string Name { get; }

    /// <summary>The unit of its extents, which is also physically contiguous.</summary>
    public abstract nuint Unit { get; }

    /// <summary>Extents are of the kernel's huge page pool: never paged out, and their protection changes as a whole only.</summary>
    public abstract bool IsHugetlb { get; }

    /// <summary>Looks whether an extent can be had at all: null, or why not.</summary>
    public abstract AllocationFailure? Check(nuint length);

    /// <summary>Makes what the mapping must be before it is populated: null, or why not.</summary>
    protected virtual AllocationFailure? Prepare(nuint start, nuint length) => null;

    /// <summary>How the contiguity of its units is known.</summary>
    protected abstract string Proof { get; }

    /// <summary>Obtains an extent, or says why not. Nothing is left behind by a failure.</summary>
    public Extent? TryObtain(nuint length, string pool, PinTable pins, out AllocationFailure? failure)
    {
        uint flags = LibC.MFD_CLOEXEC | LibC.MFD_ALLOW_SEALING | (IsHugetlb ? LibC.MFD_HUGETLB | LibC.MFD_HUGE_2MB : 0);
        SysResult created = LibC.CreateMemoryFile($"nonpaged:{pool}:{Name.Replace(' ', '-')}", flags, out SafeFileHandle file);
        if (!created.IsError) created = LibC.SetFileLength(file, (long)length);
        if (created.IsError)
        {
            file.Dispose();
            failure = new AllocationFailure($"No memory file of {length} bytes ({created.Errno}).", "descriptors (ulimit -n), or the kernel's support for memfd_create", "ulimit -n 65536");
            return null;
        }

        nuint start = AddressSpace.Reserve(length, HostExtents.HugePage);
        failure = start == 0 ? NoAddressSpace(length) : Map(file, start, length) ?? Prepare(start, length) ?? Populate(start, length);
        if (failure is null && Finish(file, start, length, pins, out failure) is { } extent) return extent;
        if (start != 0) LibC.UnmapMemory((void*)start, length);
        file.Dispose();
        return null;
    }

    private static AllocationFailure NoAddressSpace(nuint length) =>
        new($"No address space for {length} bytes.", "the process's address space (ulimit -v)", "ulimit -v unlimited");

    private AllocationFailure? Map(SafeFileHandle file, nuint start, nuint length)
    {
        SysResult mapped = LibC.MapMemory(
            (void*)start, length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED | LibC.MAP_FIXED, (int)file.DangerousGetHandle(), 0);
        if (mapped.IsError) return Short(length, mapped.Errno);
        LibC.AdviseMemory((void*)start, length, LibC.MADV_DONTFORK);
        LibC.AdviseMemory((void*)start, length, LibC.MADV_DONTDUMP);
        return null;
    }

    /// <summary>MADV_POPULATE_WRITE answers EFAULT where a touch would raise SIGBUS.</summary>
    private AllocationFailure? Populate(nuint start, nuint length)
    {
        SysResult populated = LibC.AdviseMemory((void*)start, length, LibC.MADV_POPULATE_WRITE);
        return populated.IsError ? Short(length, populated.Errno) : null;
    }

    private Extent? Finish(SafeFileHandle file, nuint start, nuint length, PinTable pins, out AllocationFailure? failure)
    {
        failure = null;
        Pin? pin = pins.TryPin(start, length, out AllocationFailure? pinFailure);
        if (pin is null && !IsHugetlb)
        {
            SysResult locked = LibC.LockMemory((void*)start, length);
            if (locked.IsError)
            {
                failure = PinFailures.ForLock(locked.Errno, length);
                return null;
            }
        }

        ulong[] frames = FrameReader.Read(start, length);
        bool readable = frames[0] != PageEntry.Unknown;
        // A device model cannot share it for writing, and nobody can punch holes into it or cut it off.
        LibC.AddSeals(file, LibC.F_SEAL_SHRINK | LibC.F_SEAL_GROW | LibC.F_SEAL_FUTURE_WRITE | LibC.F_SEAL_SEAL);
        string how = pin is not null ? "pinned by an io_uring registered buffer" : "not pinned";
        return new Extent(start, length, file, frames)
        {
            Rung = Name,
            Evidence = $"{how}; {(readable ? "frame numbers read from /proc/self/pagemap after that" : "frame numbers may not be read (CAP_SYS_ADMIN)")}; {Proof}",
            ContiguousUnit = Unit,
            IsProtectable = !IsHugetlb,
            IsPinned = pin is not null,
            Pin = pin,
            PinFailure = pinFailure,
        };
    }

    private AllocationFailure Short(nuint length, Errno errno) => new(
        $"The host has no {length} bytes for the rung \"{Name}\" ({errno}).",
        IsHugetlb ? "free huge pages, or the cgroup's hugetlb limit" : "free memory, or the cgroup's memory limit (memory.max)",
        IsHugetlb ? HugepageCounts.Remedy(length) : "free memory, or raise the cgroup's memory.max");
}
