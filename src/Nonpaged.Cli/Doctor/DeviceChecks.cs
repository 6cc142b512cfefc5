using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>What real cards need: an IOMMU, and VFIO (Documentation/driver-api/vfio.rst).</summary>
internal sealed class DeviceChecks(Surroundings here)
{
    private const string Groups = "/sys/kernel/iommu_groups";
    private const string IommuModule = "/sys/module/vfio_iommu_type1";
    private const string Grub = "/etc/default/grub";

    public static IEnumerable<Check> Look(Surroundings here)
    {
        var checks = new DeviceChecks(here);
        int groups = here.Files.List(Groups).Count;
        return groups == 0
            ? [checks.LookAtGroups(groups), checks.LookAtVfio(groups)]
            : [checks.LookAtGroups(groups), checks.LookAtVfio(groups), checks.LookAtMemlock()];
    }

    private Check LookAtGroups(int groups)
    {
        const string Name = "IOMMU groups";
        const string Required = "an IOMMU that is on, for address limits on host memory and for cards of one's own";
        if (groups > 0) return new Check(
            Name, CheckStatus.Ok, Required, $"{groups}",
            "A device sees only what is mapped for it, at addresses below any limit.");
        string processor = here.Files.Read("/proc/cpuinfo") ?? "";
        const string Effect =
            "A device reaches all memory at its physical address, and the pool cannot choose a low address.";
        if (processor.Contains(" hypervisor", StringComparison.Ordinal))
        {
            return new Check(
                Name, CheckStatus.Missing, Required, "none",
                $"{Effect} This is a virtual machine: its host gives it one, or not (QEMU: -device intel-iommu).");
        }

        // AMD's is on where the firmware has it switched on; Intel's may wait for the parameter.
        bool isIntel = processor.Contains("GenuineIntel", StringComparison.Ordinal) && here.Files.Exists(Grub);
        return new Check(
            Name,
            CheckStatus.Missing,
            Required,
            "none",
            isIntel
                ? $"{Effect} Switch VT-d on in the firmware; this switches it on in the kernel, from the next start on."
                : $"{Effect} Switch it on in the firmware (VT-d, AMD-Vi).",
            isIntel ? here.Shell.AsRoot($"sed -i 's/^GRUB_CMDLINE_LINUX=\"/&intel_iommu=on /' {Grub} && "
                + $"{here.Shell.AsRoot("update-grub")}") : null);
    }

    private Check LookAtVfio(int groups)
    {
        const string Name = "VFIO";
        const string Required = "/dev/vfio and a group whose devices are bound to vfio-pci, to drive a card of this machine";
        string[] bound = [.. here.Files.List("/dev/vfio").Where(name => char.IsAsciiDigit(name[0]))];
        if (bound.Length > 0 && !here.Files.Exists(IommuModule))
        {
            return new Check(
                Name, CheckStatus.Warn, Required, $"groups {string.Join(", ", bound)}, without the module vfio_iommu_type1",
                "Without it no group gets an address space.",
                here.Shell.AsRoot("modprobe vfio_iommu_type1"));
        }

        if (bound.Length > 0) return new Check(
            Name, CheckStatus.Ok, Required, $"groups {string.Join(", ", bound)}",
            "Their devices can be driven, by whom /dev/vfio lets in.");
        if (here.Files.Exists("/dev/vfio/vfio"))
        {
            return new Check(
                Name,
                CheckStatus.Warn,
                Required,
                "there, with no device bound to it",
                groups == 0
                    ? "It needs an IOMMU: see there."
                    : "Bind one to vfio-pci. This shows the cards, with what each needs.",
                groups == 0 ? null : "nonpaged devices");
        }

        string? release = here.Files.Read("/proc/sys/kernel/osrelease");
        bool hasModule = release is not null && here.Files.Exists($"/lib/modules/{release}/kernel/drivers/vfio");
        const string Effect = "Cards of this machine cannot be driven; those of QEMU can.";
        return new Check(
            Name,
            CheckStatus.Missing,
            Required,
            hasModule ? "not loaded" : "not there, nor a module for it",
            Effect,
            hasModule ? here.Shell.AsRoot("modprobe vfio-pci") : null);
    }

    /// <summary>
    /// What is mapped for a device is locked. That counts for each process by itself, and not with the pins of io_uring.
    /// </summary>
    private Check LookAtMemlock()
    {
        const string Name = "memlock for VFIO";
        const ulong Comfortable = 64UL << 20;
        string required = $"{Size.Format(Comfortable)} for each process that drives a card, or CAP_IPC_LOCK";
        SysResult result = here.Probe.GetMemlock(out ulong soft, out _);
        if (result.IsError) return new Check(
            Name, CheckStatus.Warn, required, $"getrlimit: {result}", "How much may be mapped for a card is not known.");
        bool isLifted = here.Process.Has(Capability.IpcLock) || soft == LibC.RLIM_INFINITY;
        string found = isLifted ? "no limit" : Size.Format(soft);
        return isLifted || soft >= Comfortable
            ? new Check(Name, CheckStatus.Ok, required, found, "Room for what cards reach.")
            : new Check(
                Name, CheckStatus.Warn, required, found,
                "All memory of a pool behind an IOMMU counts, by whole extents of 2 MiB or more.", MemlockCheck.Raise(here));
    }
}
