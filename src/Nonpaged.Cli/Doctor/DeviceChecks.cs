namespace Nonpaged.Cli;

/// <summary>What real cards need: an IOMMU, and VFIO (Documentation/driver-api/vfio.rst).</summary>
internal sealed class DeviceChecks(Surroundings here)
{
    private const string Groups = "/sys/kernel/iommu_groups";
    private const string Grub = "/etc/default/grub";

    public static IEnumerable<Check> Look(Surroundings here)
    {
        var checks = new DeviceChecks(here);
        int groups = here.Files.List(Groups).Count;
        return [checks.LookAtGroups(groups), checks.LookAtVfio(groups)];
    }

    private Check LookAtGroups(int groups)
    {
        const string Name = "IOMMU groups";
        const string Required = "an IOMMU that is on, for address limits on host memory and for cards of one's own";
        if (groups > 0) return new Check(Name, CheckStatus.Ok, Required, $"{groups}", "A device sees only what is mapped for it, at addresses below any limit.");
        string processor = here.Files.Read("/proc/cpuinfo") ?? "";
        const string Effect = "A device reaches all memory at its physical address, and a low address cannot be had for the asking.";
        if (processor.Contains(" hypervisor", StringComparison.Ordinal))
            return new Check(Name, CheckStatus.Missing, Required, "none", $"{Effect} This is a virtual machine: its host gives it one, or not (QEMU: -device intel-iommu).");
        // AMD's is on where the firmware has it switched on; Intel's may wait for the parameter.
        bool isIntel = processor.Contains("GenuineIntel", StringComparison.Ordinal) && here.Files.Exists(Grub);
        return new Check(
            Name,
            CheckStatus.Missing,
            Required,
            "none",
            isIntel ? $"{Effect} Switch VT-d on in the firmware; this switches it on in the kernel, from the next start on." : $"{Effect} Switch it on in the firmware (VT-d, AMD-Vi).",
            isIntel ? here.Shell.AsRoot($"sed -i 's/^GRUB_CMDLINE_LINUX=\"/&intel_iommu=on /' {Grub} && {here.Shell.AsRoot("update-grub")}") : null);
    }

    private Check LookAtVfio(int groups)
    {
        const string Name = "VFIO";
        const string Required = "/dev/vfio and a group whose devices are bound to vfio-pci, to drive a card of this machine";
        string[] bound = [.. here.Files.List("/dev/vfio").Where(name => char.IsAsciiDigit(name[0]))];
        if (bound.Length > 0) return new Check(Name, CheckStatus.Ok, Required, $"groups {string.Join(", ", bound)}", "Their devices can be driven, by whom /dev/vfio lets in.");
        if (here.Files.Exists("/dev/vfio/vfio"))
        {
            return new Check(
                Name,
                CheckStatus.Warn,
                Required,
                "there, with no device bound to it",
                groups == 0 ? "It needs an IOMMU: see there." : "Bind one to vfio-pci. This shows the cards, with the driver that each has.",
                groups == 0 ? null : "lspci -nnk -d ::0200");
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
}
