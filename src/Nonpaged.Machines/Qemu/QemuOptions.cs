namespace Nonpaged.Machines.Qemu;

/// <summary>Which machine QEMU shall be.</summary>
public sealed record QemuOptions
{
    /// <summary>
    /// The network adapter in slot 4, by the name of QEMU's device model: e1000, e1000e, rtl8139, pcnet, ne2k_pci, tulip,
    /// i82557b, vmxnet3, virtio-net-pci, and any other PCI one that <c>qemu-system-x86_64 -device help</c> lists; or
    /// ne2k_isa, on the ISA bus.
    /// Null for a machine without one.
    /// </summary>
    public string? NicModel { get; init; } = "e1000";

    /// <summary>
    /// Properties of that model, in QEMU's words (<c>qemu-system-x86_64 -device MODEL,help</c>): mac, romfile, and of
    /// ne2k_isa iobase and irq. Not netdev, addr, bus and id, which the
    /// machine sets.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> NicProperties { get; init; } = [];

    /// <summary>
    /// The size of RAM in bytes: a multiple of 8 KiB (QEMU rounds up to it), from 8 KiB to 512 GiB. It takes host memory only
    /// where it is touched.
    /// </summary>
    public ulong RamBytes { get; init; } = 64UL << 20;

    /// <summary>
    /// A file to write the adapter's traffic to, as tcpdump and tshark read it; an existing one is overwritten. Null for none.
    /// </summary>
    public string? PcapFile { get; init; }

    /// <summary>
    /// A second adapter of the same model in slot 5. Both are on one hub, with nothing else on it; otherwise there is one
    /// adapter on QEMU's user network.
    /// </summary>
    public bool Peer { get; init; }

    /// <summary>
    /// The adapter's cable ends in this process (<see cref="QemuMachine.Wire"/>), which sends and receives single frames. Without
    /// a <see cref="Peer"/>.
    /// </summary>
    public bool HasWire { get; init; }

    /// <summary>
    /// Devices are behind an IOMMU, and reach what <see cref="Machine.Reach"/> allows. Its tables take the RAM below 640 KiB,
    /// which is enough for 256 MiB of RAM; more is refused.
    /// </summary>
    public bool HasIommu { get; init; }

    /// <summary>QEMU's program file; null for <c>qemu-system-x86_64</c> as PATH finds it.</summary>
    public string? Program { get; init; }
}
