using Nonpaged.Interop;

namespace Nonpaged.Machines.Vfio;

/// <summary>Why a card cannot be driven by VFIO, and what helps.</summary>
internal static class VfioErrors
{
    private const string Container = "/dev/vfio/vfio";

    public static MachineException NoIommu(string address) => new(
        $"{address} is in no IOMMU group: this machine has no IOMMU, or the kernel does not use it.",
        "switch it on in the firmware (VT-d, AMD-Vi) and, for Intel's, by intel_iommu=on on the kernel's command line; "
            + "nonpaged doctor says more. Without one: nonpaged run --machine sysfs");

    public static MachineException NotBound(PciFunction function) => new(
        $"{function.Address} is not given to VFIO: {(function.Driver is null ? "it has no driver" : $"{function.User} has it")}.",
        $"nonpaged bind {function.Address}");

    public static MachineException NotViable(PciFunction function, IEnumerable<PciFunction> others) => new(
        $"{function.Address} is in group {function.Group} with devices that the kernel drives, and the IOMMU cannot keep them "
            + "apart: "
            + $"{string.Join(", ", others.Select(other => $"{other.Address} ({other.User})"))}.",
        $"nonpaged bind {string.Join(' ', others.Select(other => other.Address))}");

    public static MachineException NoContainer(Errno errno) => errno switch
    {
        Errno.ENOENT or Errno.ENODEV => new($"{Container} is not there: VFIO is not loaded.", "modprobe vfio-pci"),
        Errno.EACCES or Errno.EPERM => new(
            $"{Container} may not be opened ({errno}).",
            $"chmod 666 {Container} (as root; what it lets in can do nothing without a group)"),
        _ => new($"{Container} cannot be opened ({errno}).", "nonpaged doctor"),
    };

    public static MachineException NoGroup(PciFunction function, Errno errno)
    {
        string path = $"/dev/vfio/{function.Group}";
        switch (errno)
        {
            case Errno.EBUSY:
                IReadOnlyList<string> users = VfioUsers.Of(function.Group ?? 0);
                return new(
                    $"The group {function.Group} of {function.Address} is open already: "
                        + $"{(users.Count == 0 ? "another program drives it" : string.Join(", ", users))}. "
                        + "A group has one user at a time.",
                    users.Count == 0
                        ? $"see who it is as root (ls -l /proc/[0-9]*/fd | grep {path}), and end it"
                        : "end it, or choose another card");
            case Errno.EACCES or Errno.EPERM:
                return new($"{path} may not be opened ({errno}).", $"chown $USER {path} (as root)");
            default:
                return new($"{path} cannot be opened ({errno}).", $"nonpaged bind {function.Address}");
        }
    }

    public static MachineException NoIommuOfKernel(PciFunction function, Errno errno) => errno == Errno.EPERM
        ? new(
            $"The kernel refuses {function.Address}: this machine's IOMMU does not remap interrupts, by which a device could "
                + "disturb it (EPERM).",
            "switch interrupt remapping on in the firmware; or accept it: "
                + "echo 1 > /sys/module/vfio_iommu_type1/parameters/allow_unsafe_interrupts (as root)")
        : new(
            $"The kernel gives {function.Address} no address space of the IOMMU's ({errno}).",
            $"see the kernel's log: dmesg | grep -e DMAR -e AMD-Vi -e {function.Address}");

    public static MachineException Refused(PciFunction function, string what, Errno errno) =>
        new($"{function.Address}: {what} failed with {errno}.", $"see the kernel's log: dmesg | grep {function.Address}");

    public static AllocationFailure NoAddresses(IovaRequest request, IovaAllocator addresses, string name)
    {
        ulong longest = addresses.FreeRanges.Select(range => range.Last - range.Start + 1).DefaultIfEmpty().Max();
        string limit = request.HighestAcceptableAddress == PhysicalAddress.Max ? ""
            : $" with {request.LimitedLength} of them at or below {request.HighestAcceptableAddress}";
        return new(FailureKind.Iommu,
            $"{name} has no {request.Length} addresses in one piece{limit} for the device.",
            $"{addresses.FreeBytes} addresses are free in what the card and the kernel allow, {longest} of them in one piece",
            "free memory, ask for less, or raise the limit");
    }

    public static AllocationFailure NotMapped(nuint length, ulong iova, Errno errno, uint? available) => errno switch
    {
        Errno.ENOMEM => new(FailureKind.MemoryLock,
            $"{length} bytes cannot be mapped for the device (VFIO_IOMMU_MAP_DMA: {errno}): they would be locked in memory.",
            $"RLIMIT_MEMLOCK, {Memlock()}, counted for each process by itself; or free memory",
            "ulimit -l unlimited (as root, or \"* - memlock unlimited\" in /etc/security/limits.conf and a new login), "
                + "or run it with CAP_IPC_LOCK")
        { Errno = (int)errno },
        Errno.ENOSPC => new(FailureKind.Iommu,
            $"{length} bytes cannot be mapped for the device (VFIO_IOMMU_MAP_DMA: {errno}): "
                + "there are as many mappings as there may be.",
            "vfio_iommu_type1's dma_entry_limit, 65535 unless it was "
                + $"changed{(available is { } left ? $"; {left} are left" : "")}",
            "larger extents (NonpagedPoolOptions.FirstExtent and Step), or as root: "
                + "echo 1048576 > /sys/module/vfio_iommu_type1/parameters/dma_entry_limit, before the card is "
                + "opened")
        { Errno = (int)errno },
        _ => new(FailureKind.Iommu,
            $"{length} bytes cannot be mapped for the device at 0x{iova:x} (VFIO_IOMMU_MAP_DMA: {errno}).",
            $"the kernel's answer, {errno}",
            "see the kernel's log: dmesg | grep -e DMAR -e AMD-Vi -e vfio")
        { Errno = (int)errno },
    };

    private static string Memlock() =>
        LibC.GetRLimit(LibC.RLIMIT_MEMLOCK, out ulong soft, out _) is { IsError: true } unread ? $"unread ({unread})"
            : soft == LibC.RLIM_INFINITY ? "unlimited" : $"{soft} bytes";
}
