using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>Why memory could not be pinned or locked, in words that help.</summary>
internal static class PinFailures
{
    private const string RaiseMemlock = "ulimit -l unlimited (as root, or \"* - memlock unlimited\" in /etc/security/limits.conf and a new login), or run it with CAP_IPC_LOCK: setpriv --ambient-caps +ipc_lock --inh-caps +ipc_lock COMMAND (as root)";

    public static AllocationFailure ForRing(Errno errno) => errno switch
    {
        Errno.EPERM => new(FailureKind.PinForbidden,
            "Memory cannot be pinned: io_uring is not permitted here (EPERM).", "kernel.io_uring_disabled, or a seccomp filter (containers)",
            "sysctl -w kernel.io_uring_disabled=0; in a container, a seccomp profile that allows io_uring_setup and io_uring_register"),
        Errno.ENOSYS => new(FailureKind.PinForbidden,
            "Memory cannot be pinned: this kernel has no io_uring, or a filter hides it (ENOSYS).", "the kernel's configuration, or a seccomp filter",
            "run a kernel with CONFIG_IO_URING (5.19 or later), or a seccomp profile that allows io_uring_setup and io_uring_register"),
        Errno.ENOMEM => Memlock("Memory cannot be pinned: the ring for the pins itself does not fit."),
        Errno.EINVAL => new(FailureKind.PinForbidden,
            "Memory cannot be pinned: this kernel's io_uring has no sparse buffer tables (EINVAL).", "io_uring of Linux before 5.19", "run Linux 5.19 or later"),
        _ => new(FailureKind.PinForbidden, $"Memory cannot be pinned: io_uring_setup failed with {errno}.", "the process's descriptors (ulimit -n)", "ulimit -n 65536") { Errno = (int)errno },
    };

    public static AllocationFailure ForBuffer(Errno errno, nuint length) => errno switch
    {
        Errno.ENOMEM => Memlock($"{length} bytes cannot be pinned."),
        _ => new(FailureKind.Kernel, $"{length} bytes cannot be pinned: io_uring_register failed with {errno}.", $"the kernel's answer, {errno}", "nonpaged doctor") { Errno = (int)errno },
    };

    public static AllocationFailure ForSlots(uint slots) =>
        new(FailureKind.PinLimit, "Memory cannot be pinned: all slots of the pin table are in use.", $"{slots} extents a pool", "use larger extents");

    public static AllocationFailure ForLock(Errno errno, nuint length) => errno is Errno.ENOMEM or Errno.EPERM or Errno.EAGAIN
        ? new(FailureKind.MemoryLock, $"{length} bytes cannot be kept resident (mlock: {errno}).", MemlockBudget.Describe(), RaiseMemlock) { Errno = (int)errno }
        : new AllocationFailure(FailureKind.Kernel, $"{length} bytes cannot be kept resident: mlock failed with {errno}.", $"the kernel's answer, {errno}", "nonpaged doctor") { Errno = (int)errno };

    private static AllocationFailure Memlock(string reason) => new(FailureKind.MemoryLock, $"{reason.TrimEnd('.')} ({Errno.ENOMEM}).", MemlockBudget.Describe(), RaiseMemlock);
}
