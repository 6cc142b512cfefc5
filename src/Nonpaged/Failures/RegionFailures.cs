using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>Why a region that the caller named cannot be mapped.</summary>
internal static class RegionFailures
{
    public static AllocationException OtherKind(MemoryRegion region, string kind, string wished) =>
        new(new AllocationFailure(FailureKind.NoRegion,
            $"The region {region} is mapped {kind}, and not {wished}.",
            $"somebody else maps it otherwise, and memory has one caching at a time ({PatMemoryTypes.List})",
            "end who maps it: grep -l /dev/mem /proc/[0-9]*/maps"));

    public static AllocationException Refused(MemoryRegion region, Errno errno) => new(errno switch
    {
        Errno.EACCES => new AllocationFailure(
            FailureKind.NoRegion, $"{region.File} may not be mapped by this user ({errno}).",
            "CAP_SYS_RAWIO and the right to open the file", "run it as root")
        { Errno = (int)errno },
        Errno.EAGAIN => new AllocationFailure(
            FailureKind.NoRegion, $"Another program has the region {region}.", "one program for each region",
            $"fuser -v {region.File}"),
        Errno.EPERM => new AllocationFailure(FailureKind.NoRegion,
            $"The kernel does not let the region {region} be mapped ({errno}): it is memory that the kernel uses, "
                + "or the kernel is locked down.", "/proc/iomem, where it must not be System RAM; /sys/kernel/security/lockdown",
            $"reserve it at boot: memmap={region.Length >> 10}K${region.Start} on the kernel's command line")
        { Errno = (int)errno },
        Errno.ENOENT => new AllocationFailure(
            FailureKind.NoRegion, $"There is no {region.File}.", "a kernel with CONFIG_DEVMEM, and a container that shows it",
            "ls -l /dev/mem"),
        _ => new AllocationFailure(
            FailureKind.NoRegion, $"The region {region} cannot be mapped ({errno}).", $"the kernel's answer, {errno}",
            "dmesg | grep -e PAT -e mem")
        { Errno = (int)errno },
    });
}
