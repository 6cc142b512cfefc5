using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>Why memory could not be pinned or locked, in words that help.</summary>
internal static class PinFailures
{
    private const string RaiseMemlock =
        "ulimit -l unlimited (as root, or \"* - memlock unlimited\" in /etc/security/limits.conf and a new login), "
            + "or run it with CAP_IPC_LOCK: setpriv --ambient-caps +ipc_lock --inh-caps +ipc_lock COMMAND (as root)";

    /// <summary>The pool may use no kind of pin that would do.</summary>
    public static AllocationFailure NoKind(IEnumerable<PinKind> kinds, PinDemand demand) => new(
        FailureKind.PinForbidden,
        "Memory cannot be pinned: the pool may use no kind of pin that would do.",
        "NonpagedPoolOptions.Pins: "
            + $"{string.Join(", ", kinds)}{(demand == PinDemand.LongTerm ? "; a long-term pin is demanded" : "")}",
        "allow a further kind of pin");

    /// <summary>The operator's word on pins is not understood.</summary>
    public static AllocationFailure UnknownWord(string variable, string text, string word) => new(
        FailureKind.PinForbidden,
        $"Memory cannot be pinned: {variable} has a word that is not known, \"{word}\".",
        $"{variable}={text}",
        $"write {variable}=io_uring,pipe or one of these, with a cap: pipe=256M");

    public static AllocationFailure ForbiddenByOperator(string variable, string text, string kind) => new(
        FailureKind.PinForbidden,
        $"Memory cannot be pinned by {kind}: the operator forbids it.",
        $"the environment, {variable}={text}",
        $"add {kind} to {variable}");

    public static AllocationFailure AtCap(
        string variable, string text, string kind, nuint length, ulong pinned, ulong cap) => new(
        FailureKind.PinLimit,
        $"{length} bytes cannot be pinned by {kind}.",
        $"the environment, {variable}={text}; this process has pinned {pinned} bytes",
        $"raise the cap in {variable}")
        { LimitValue = (long)cap };

    public static AllocationFailure ForRing(Errno errno) => errno switch
    {
        Errno.EPERM or Errno.EACCES or Errno.EOPNOTSUPP => Forbidden(
            $"io_uring is not permitted here ({errno}).",
            "kernel.io_uring_disabled, a seccomp filter (containers), or a security module",
            "sysctl -w kernel.io_uring_disabled=0; in a container, a seccomp profile that allows io_uring_setup and "
                + "io_uring_register", errno),
        Errno.ENOSYS => Forbidden(
            "this kernel has no io_uring, or a filter hides it (ENOSYS).", "the kernel's configuration, or a seccomp filter",
            "run a kernel with CONFIG_IO_URING (5.19 or later), or a seccomp profile that allows io_uring_setup and "
                + "io_uring_register", errno),
        Errno.ENOMEM => Memlock("Memory cannot be pinned by io_uring: the ring for the pins itself does not fit."),
        Errno.EINVAL => Forbidden(
            "this kernel's io_uring has no sparse buffer tables (EINVAL).", "io_uring of Linux before 5.19",
            "run Linux 5.19 or later", errno),
        Errno.EMFILE or Errno.ENFILE => new(
            FailureKind.Descriptors, $"Memory cannot be pinned by io_uring: there is no descriptor for a ring ({errno}).",
            errno == Errno.EMFILE ? "descriptors (ulimit -n)" : "descriptors of the whole machine (fs.file-max)",
            errno == Errno.EMFILE ? "ulimit -n 65536" : "sysctl -w fs.file-max=1000000")
        { Errno = (int)errno },
        _ => new(
            FailureKind.Kernel, $"Memory cannot be pinned by io_uring (io_uring_setup: {errno}).",
            $"the kernel's answer, {errno}", "nonpaged doctor")
        { Errno = (int)errno },
    };

    public static AllocationFailure ForBuffer(Errno errno, nuint length) => errno switch
    {
        Errno.ENOMEM => Memlock($"{length} bytes cannot be pinned."),
        Errno.EPERM or Errno.EACCES or Errno.ENOSYS => Forbidden(
            $"io_uring_register is not permitted here ({errno}).", "a seccomp filter (containers)",
            "a seccomp profile that allows io_uring_register", errno),
        Errno.EFAULT or Errno.EOPNOTSUPP => new(
            FailureKind.NotPinnable, $"{length} bytes cannot be pinned: io_uring_register failed with {errno}.",
            "what the kernel pins: memory that is mapped readable and writable, and not that of a file on a disk, "
                + "of a device or of memfd_secret",
            "give memory that is mapped so from its first page to its last; for a file on a disk, copy it")
        { Errno = (int)errno },
        _ => new(
            FailureKind.Kernel, $"{length} bytes cannot be pinned: io_uring_register failed with {errno}.",
            $"the kernel's answer, {errno}", "nonpaged doctor")
        { Errno = (int)errno },
    };

    public static AllocationFailure ForSlots(uint slots) =>
        new(
            FailureKind.PinLimit, "Memory cannot be pinned: all slots of the pin table are in use.", $"{slots} extents a pool",
            "use larger extents");

    public static AllocationFailure ForLock(Errno errno, nuint length) => errno is Errno.ENOMEM or Errno.EPERM or Errno.EAGAIN
        ? new(
            FailureKind.MemoryLock, $"{length} bytes cannot be kept resident (mlock: {errno}).", MemlockBudget.Describe(),
            RaiseMemlock)
        { Errno = (int)errno }
        : new AllocationFailure(
            FailureKind.Kernel, $"{length} bytes cannot be kept resident: mlock failed with {errno}.",
            $"the kernel's answer, {errno}", "nonpaged doctor")
        { Errno = (int)errno };

    private static AllocationFailure Forbidden(string why, string limit, string remedy, Errno errno) =>
        new(FailureKind.PinForbidden, $"Memory cannot be pinned by io_uring: {why}", limit, remedy) { Errno = (int)errno };

    private static AllocationFailure Memlock(string reason) =>
        new(FailureKind.MemoryLock, $"{reason.TrimEnd('.')} ({Errno.ENOMEM}).", MemlockBudget.Describe(), RaiseMemlock)
        { Errno = (int)Errno.ENOMEM, LimitValue = MemlockBudget.LimitOrNull() };
}
