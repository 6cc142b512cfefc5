namespace Nonpaged.Machines.Qemu;

/// <summary>QEMU's command line (qemu-system-x86_64(1)).</summary>
internal static class QemuArguments
{
    /// <summary>The slot of the network adapter on bus 0.</summary>
    public const byte NicSlot = 4;

    /// <summary>The slot of the second one, where there is one.</summary>
    public const byte PeerSlot = 5;

    public static List<string> Create(QemuOptions options)
    {
        QemuNic.Check(options);
        QemuRam.Check(options.RamBytes);
        List<string> arguments =
        [
            // Nothing that was not asked for: no user's configuration, no screen, no timers that interrupt, no disk controllers.
            "-nodefaults", "-no-user-config", "-display", "none",
            "-machine", "q35,memory-backend=ram,pit=off,hpet=off,vmport=off,sata=off,smbus=off,dump-guest-core=off",
            "-accel", "tcg",
            "-bios", $"/proc/self/fd/{GuardianDescriptor.Halt}",
            "-m", $"{options.RamBytes >> 10}K",
            "-object",
            $"memory-backend-file,id=ram,size={options.RamBytes},share=on,mem-path=/proc/self/fd/{GuardianDescriptor.Ram}",
            "-chardev", $"socket,id=qtest,fd={GuardianDescriptor.Qtest}",
            "-object", "qtest,id=qtest0,chardev=qtest,log=none",
        ];
        // Before the devices that are behind it.
        if (options.HasIommu) arguments.AddRange(["-device", "intel-iommu,intremap=off"]);
        if (options.NicModel is not null) arguments.AddRange(options.Peer ? Hub(options) : options.HasWire ? Wire(options)
            : UserNetwork(options));
        if (options.PcapFile is { } file)
            arguments.AddRange(["-object", $"filter-dump,id=dump,netdev=net,file={Escape(CheckFile(file))}"]);
        return arguments;
    }

    private static string[] UserNetwork(QemuOptions options) =>
        [
            // restrict=on: the network ends inside QEMU. 10.0.2.2 still answers DHCP, ARP and echo requests; nothing reaches
            // the host's network.
            "-netdev", "user,id=net,restrict=on",
            "-device", QemuNic.Device(options, "net", NicSlot),
        ];

    private static string[] Wire(QemuOptions options) =>
        [
            "-netdev", $"socket,id=net,fd={GuardianDescriptor.Wire}",
            "-device", QemuNic.Device(options, "net", NicSlot),
        ];

    private static string[] Hub(QemuOptions options) =>
        [
            "-netdev", "hubport,id=net,hubid=0",
            "-netdev", "hubport,id=peer,hubid=0",
            "-device", QemuNic.Device(options, "net", NicSlot),
            "-device", QemuNic.Device(options, "peer", PeerSlot),
        ];

    /// <summary>A comma would start the next option; two stand for one.</summary>
    public static string Escape(string value) => value.Replace(",", ",,", StringComparison.Ordinal);

    private static string CheckFile(string file)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(file);
        return Path.GetFullPath(file);
    }
}
