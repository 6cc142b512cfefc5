namespace Nonpaged.Guest.Tests;

/// <summary>Which machine a guest is, and what its kernel is told.</summary>
internal sealed record GuestOptions
{
    /// <summary>Its RAM in MiB.</summary>
    public int Memory { get; init; } = 512;

    /// <summary>
    /// Network cards by the name of QEMU's model: the first is at 00:04.0, the next at 00:05.0. Each is on a user network of its
    /// own (QEMU answers as 10.0.2.2), and its traffic is kept.
    /// </summary>
    public IReadOnlyList<string> Nics { get; init; } = [];

    /// <summary>Arguments of QEMU's beside those.</summary>
    public IReadOnlyList<string> Qemu { get; init; } = [];

    /// <summary>
    /// The machine has an IOMMU and the kernel uses it (QEMU's documentation of intel-iommu; kernel-parameters.txt, intel_iommu).
    /// </summary>
    public bool Iommu { get; init; }

    /// <summary>What is added to the kernel's command line.</summary>
    public string Kernel { get; init; } = "";

    public IEnumerable<string> Arguments(string folder)
    {
        string kernel = GuestFiles.Kernel, initramfs = GuestFiles.Initramfs;
        string[] machine =
        [
            "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            // A device assigned by VFIO needs interrupts that the IOMMU remaps.
            "-machine", Iommu ? "q35,kernel-irqchip=split" : "q35", "-accel", "tcg", "-cpu", "Nehalem", "-m", $"{Memory}",
            "-kernel", kernel, "-initrd", initramfs,
            // no_timer_check: the kernel gives up where it sees no timer interrupts for some milliseconds, which is
            // nothing on a busy machine (kernel-parameters.txt). Without the search for a timer of hardware, which takes a
            // while in a machine of software.
            "-append",
            $"console=ttyS0 loglevel=6 panic=-1 random.trust_cpu=on no_timer_check {(Iommu ? "intel_iommu=on " : "")}{Kernel}",
            "-serial", $"file:{Path.Combine(folder, "console")}", "-chardev", "stdio,id=commands,signal=off", "-serial",
            "chardev:commands",
        ];
        IEnumerable<string> iommu = Iommu ? ["-device", "intel-iommu,caching-mode=on,intremap=on"] : [];
        return [.. machine, .. iommu, .. Nics.SelectMany((model, index) => Nic(model, index, folder)), .. Qemu];
    }

    private static string[] Nic(string model, int index, string folder) =>
    [
        "-netdev", $"user,id=n{index}", "-device", $"{model},netdev=n{index},addr={FirstSlot + index},romfile=",
        "-object", $"filter-dump,id=d{index},netdev=n{index},file={Path.Combine(folder, $"{index}.pcap")}",
    ];

    private const int FirstSlot = 4;
}
