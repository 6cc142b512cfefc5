using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>Why memory could not be pinned by references in a pipe.</summary>
internal static class PipeFailures
{
    public static AllocationFailure ForCall(bool isVmsplice, Errno errno)
    {
        string call = isVmsplice ? "vmsplice(2)" : "splice(2)";
        return errno switch
        {
            Errno.EPERM or Errno.EACCES or Errno.ENOSYS => new AllocationFailure(
                FailureKind.PinForbidden, $"Memory cannot be pinned by references in a pipe: {call} is forbidden here ({errno}).",
                "a seccomp filter (containers)",
                $"a seccomp profile that allows {(isVmsplice ? "vmsplice" : "splice")}")
            { Errno = (int)errno },
            Errno.EOPNOTSUPP => new AllocationFailure(
                FailureKind.PinForbidden,
                $"Memory cannot be pinned by references in a pipe: {call} copies the page here, and holds no reference to it.",
                "a kernel that is not Linux itself (gVisor)", "run it on Linux, or demand no pin"),
            _ => ForSlots(Page.Size, errno),
        };
    }

    public static AllocationFailure ForSlots(nuint length, Errno errno) => errno switch
    {
        Errno.EMFILE or Errno.ENFILE => new AllocationFailure(
            FailureKind.Descriptors, $"{length} bytes cannot be pinned: there is no descriptor for a pipe ({errno}).",
            errno == Errno.EMFILE ? "descriptors (ulimit -n)" : "descriptors of the whole machine (fs.file-max)",
            errno == Errno.EMFILE ? "ulimit -n 65536" : "sysctl -w fs.file-max=1000000")
        { Errno = (int)errno },
        Errno.None or Errno.EPERM => new AllocationFailure(
            FailureKind.PinLimit, $"{length} bytes cannot be pinned by references in a pipe: the user has no slots left.",
            $"fs.pipe-user-pages-soft, {KernelText.TryReadNumber(PipeBudget.SoftLimit)} slots for all pipes of the user, "
                + $"one for each page that is held; this process holds {PipeBudget.Slots}, and an eighth is left to other pipes",
            "sysctl -w fs.pipe-user-pages-soft=262144, huge pages, which take one slot for 2 MiB, or CAP_SYS_RESOURCE")
        { Errno = (int)errno, LimitValue = PipeBudget.Most },
        _ => new AllocationFailure(
            FailureKind.Kernel, $"{length} bytes cannot be pinned by references in a pipe (pipe2, F_SETPIPE_SZ: {errno}).",
            $"the kernel's answer, {errno}",
            "nonpaged doctor")
        { Errno = (int)errno },
    };

    public static AllocationFailure ForPages(nuint length, bool isVmsplice, Errno errno) => new(
        FailureKind.Kernel,
        $"{length} bytes cannot be pinned by references in a pipe ({(isVmsplice ? "vmsplice" : "splice")}: {errno}).",
        $"the kernel's answer, {errno}", "nonpaged doctor")
    { Errno = (int)errno };
}
