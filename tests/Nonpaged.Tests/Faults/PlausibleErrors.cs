using Nonpaged.Interop;

namespace Nonpaged.Tests.Faults;

/// <summary>What each call may answer, by its page of the manual, and what filters and limits make of it.</summary>
internal static class PlausibleErrors
{
    public static IReadOnlyDictionary<string, Errno[]> ByCall { get; } = new Dictionary<string, Errno[]>
    {
        ["mmap"] = [Errno.ENOMEM, Errno.EPERM, Errno.EAGAIN, Errno.EINVAL],
        ["munmap"] = [Errno.ENOMEM, Errno.EINVAL],
        ["mprotect"] = [Errno.ENOMEM, Errno.EACCES],
        ["madvise"] = [Errno.ENOMEM, Errno.EFAULT, Errno.EAGAIN, Errno.EBUSY, Errno.EINVAL, Errno.EIO],
        ["munlock"] = [Errno.ENOMEM, Errno.EINVAL],
        ["splice"] = [Errno.EPERM, Errno.ENOMEM, Errno.EINVAL, Errno.EINTR, Errno.EAGAIN],
        ["vmsplice"] = [Errno.EPERM, Errno.ENOMEM, Errno.EINVAL, Errno.EINTR, Errno.EAGAIN],
        ["mlock"] = [Errno.ENOMEM, Errno.EPERM, Errno.EAGAIN],
        ["memfd_create"] = [Errno.EMFILE, Errno.ENOMEM, Errno.EINVAL, Errno.ENOSYS],
        ["ftruncate"] = [Errno.EINTR, Errno.ENOMEM, Errno.EINVAL, Errno.EPERM],
        ["fallocate"] = [Errno.EINTR, Errno.ENOSPC, Errno.EOPNOTSUPP, Errno.EPERM],
        ["fcntl"] = [Errno.EBUSY, Errno.EPERM, Errno.EMFILE, Errno.EINVAL],
        ["open"] = [Errno.EMFILE, Errno.ENOMEM, Errno.EACCES, Errno.ENOENT],
        ["pread"] = [Errno.EIO, Errno.EINTR, Errno.ENOMEM],
        ["ioctl"] = [Errno.ENOTTY, Errno.EFAULT, Errno.ENOMEM],
        ["getrlimit"] = [Errno.EFAULT, Errno.EPERM],
        ["sysinfo"] = [Errno.EFAULT, Errno.EPERM],
        ["capget"] = [Errno.EFAULT, Errno.EINVAL, Errno.EPERM],
        ["io_uring_setup"] = [Errno.EPERM, Errno.ENOSYS, Errno.ENOMEM, Errno.EMFILE, Errno.EINVAL],
        ["io_uring_register"] = [Errno.ENOMEM, Errno.EFAULT, Errno.EBUSY, Errno.EINVAL, Errno.EOPNOTSUPP],
        ["socket"] = [Errno.EAFNOSUPPORT, Errno.EPERM, Errno.EMFILE, Errno.ENOMEM],
        ["socketpair"] = [Errno.EMFILE, Errno.ENOMEM],
        ["pipe2"] = [Errno.EMFILE, Errno.ENFILE, Errno.ENOMEM],
        ["posix_spawn"] = [Errno.ENOMEM, Errno.EAGAIN, Errno.ENOENT, Errno.EACCES],
        ["send"] = [Errno.EPIPE, Errno.ENOMEM, Errno.EINTR],
        ["recv"] = [Errno.EIO, Errno.ENOMEM, Errno.EINTR],
        ["shutdown"] = [Errno.EBADF],
        ["read"] = [Errno.EIO, Errno.EINTR],
        ["write"] = [Errno.EPIPE, Errno.ENOSPC],
        ["waitpid"] = [Errno.EINTR],
        ["kill"] = [Errno.ESRCH, Errno.EPERM],
        ["access"] = [Errno.EACCES, Errno.ENOENT],
    };
}
