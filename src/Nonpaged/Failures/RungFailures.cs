using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>Why a rung of the ladder gives no memory.</summary>
internal static class RungFailures
{
    /// <summary>Memory is short, for a call that the kernel refused.</summary>
    /// <param name="rung">The rung's name.</param>
    /// <param name="morePages">The command that reserves more huge pages, where the rung is of these; null for another.</param>
    /// <param name="length">How many bytes were asked for.</param>
    /// <param name="errno">The kernel's answer.</param>
    public static AllocationFailure Short(string rung, string? morePages, nuint length, Errno errno) =>
        errno is Errno.ENOMEM or Errno.EFAULT or Errno.ENOSPC or Errno.EAGAIN
            ? new AllocationFailure(
                FailureKind.OutOfMemory,
                $"The host has no {length} bytes for the rung \"{rung}\" ({errno}).",
                morePages is null
                    ? "free memory, the cgroup's memory limit (memory.max), or vm.max_map_count"
                    : "free huge pages, or the cgroup's hugetlb limit",
                morePages ?? "free memory, or raise the cgroup's memory.max")
            { Errno = (int)errno }
            : new AllocationFailure(
                FailureKind.Kernel,
                $"{length} bytes cannot be mapped on the rung \"{rung}\" ({errno}).",
                $"the kernel's answer, {errno}",
                "nonpaged doctor")
            { Errno = (int)errno };

    /// <summary>The pool's ceiling leaves no room for what the rung needs.</summary>
    public static AllocationFailure TooMuch(Rung rung, nuint length, nuint room) => new(
        FailureKind.Ceiling,
        $"The rung \"{rung.Name}\" needs {length} bytes.",
        $"the pool's ceiling, below which {room} bytes are left",
        "raise NonpagedPoolOptions.Ceiling");

    /// <summary>The pool may use no rung that would do.</summary>
    public static AllocationFailure None(NonpagedPoolOptions options, in PageRequest request) => new(
        FailureKind.NoRung,
        $"Cannot allocate {request.Pages << Page.Shift} bytes on any rung that the pool may use.",
        $"NonpagedPoolOptions.Ladder: {string.Join(", ", options.Ladder)}; pages of 2 MiB and more cannot be protected singly, "
            + "and those of 4 KiB are not contiguous",
        "allow a further rung");

    /// <summary>The kernel's pool has too few huge pages.</summary>
    public static AllocationFailure NoHugePages(string size, nuint length, long available, string remedy) => new(
        FailureKind.NoHugePages,
        $"The kernel's pool has not enough {size} pages for {length} bytes.",
        $"{available} free {size} pages",
        remedy);

    /// <summary>The kernel may make too few huge pages.</summary>
    public static AllocationFailure NoPagesOnDemand(nuint length, long onDemand) => new(
        FailureKind.NoHugePages,
        $"The kernel may not make enough 2 MiB pages on demand for {length} bytes.",
        $"vm.nr_overcommit_hugepages; {onDemand} are left",
        HugepageCounts.Remedy(length));

    /// <summary>The host, or a control group, has too little memory left.</summary>
    public static AllocationFailure TooLittle(nuint length, ulong available, string source, ulong reserve) => new(
        FailureKind.OutOfMemory,
        $"The host has no {length} bytes to give.",
        $"{available} bytes available ({source}); the pool leaves {reserve} to the rest",
        "ask for less, end other programs, or raise the limit")
    { LimitValue = (long)ulong.Min(available, long.MaxValue) };

    /// <summary>The kernel does not collapse memory into pages of 2 MiB.</summary>
    public static AllocationFailure NotCollapsed(nuint length, Errno errno)
    {
        // proc_pid_status(5), Linux 4.20.
        if (KernelText.TryReadField("/proc/self/status", "THP_enabled:") == "0")
        {
            return new AllocationFailure(
                FailureKind.Fragmented,
                $"The kernel does not collapse {length} bytes into 2 MiB pages: transparent huge pages are off for this process.",
                "PR_SET_THP_DISABLE (prctl(2)), set by the process or by one that started it: "
                    + "THP_enabled is 0 in /proc/self/status",
                "start it without that (prctl --thp-disable, some container and job managers), "
                    + $"or {HugepageCounts.Remedy(length)}")
            { Errno = (int)errno };
        }

        return new AllocationFailure(
            FailureKind.Fragmented,
            $"The kernel did not collapse {length} bytes into 2 MiB pages{(errno == Errno.None ? "" : $" ({errno})")}.",
            "free physical memory in 2 MiB pieces, transparent huge pages, or the cgroup's memory limit",
            $"sysctl -w vm.compact_memory=1, or {HugepageCounts.Remedy(length)}")
        { Errno = (int)errno };
    }

    /// <summary>The kernel collapsed it, and nothing that this process may ask tells whether it did.</summary>
    public static AllocationFailure Unproven(nuint length, FrameReading reading, Errno scan) => new(
        FailureKind.FramesUnknown,
        $"It cannot be proven that {length} bytes lie in 2 MiB pages: this process may not see how its own memory is mapped.",
        scan is Errno.EACCES or Errno.EPERM
            ? $"/proc/self/pagemap and smaps ({scan}): a program with file capabilities is not dumpable, and cannot open them"
            : $"{reading.Note}; PAGEMAP_SCAN ({scan}) needs Linux 6.7, and /proc/self/smaps cannot be read",
        "ambient capabilities instead of file capabilities (setpriv --ambient-caps), CAP_SYS_ADMIN, or huge pages: "
            + $"{HugepageCounts.Remedy(length)}")
    { Errno = (int)scan };
}
