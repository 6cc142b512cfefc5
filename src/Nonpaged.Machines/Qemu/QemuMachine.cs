using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Machines.Qemu;

/// <summary>
/// QEMU's device models without a guest: a q35 machine whose CPU is halted, whose ports and registers are reached by the qtest
/// protocol, and whose RAM is a file of this process. It needs no privileges, no kernel and no image, leaves nothing in
/// the file system, and ends with this process however that ends. Its network is QEMU's own (10.0.2.0/24, with the
/// gateway 10.0.2.2) and has no way out: 10.0.2.2 answers ARP, DHCP (without a router option) and echo requests.
/// </summary>
/// <remarks>
/// After the hardware is gone reads give all ones and writes vanish, as with a card that was pulled out; <see cref="Gone"/>
/// says why.
/// </remarks>
public sealed partial class QemuMachine : Machine
{
    // The I/O APIC of q35 has 24 inputs (hw/i386/pc_q35.c; ICH9 data sheet, section 5.9).
    private const int InterruptInputs = 24;

    private readonly QtestInterruptLine[] _interrupts = CreateInterrupts();
    private readonly SafeFileHandle _ram;
    private readonly QemuProcess _process;
    private readonly QtestClient _client;
    private readonly QtestPorts _ports;
    private readonly IReadOnlyList<MemoryPiece> _layout;
    private IReadOnlyList<PciDevice> _pciDevices = [];

    private QemuMachine(QemuOptions options, SafeFileHandle ram, QemuProcess process)
    {
        var ramBytes = options.RamBytes;
        IsaNic = QemuNic.Isa(options);
        _ram = ram;
        _process = process;
        _layout = QemuRam.Layout(ramBytes);
        _client = new QtestClient(process.Qtest, OnInterrupt, OnEnd);
        _ports = new QtestPorts(_client);
    }

    /// <inheritdoc/>
    public override string Name => "qemu";

    /// <summary>The file that is the machine's RAM. The machine owns it.</summary>
    public SafeFileHandle RamDescriptor => _ram;

    /// <summary>Where that file's bytes lie in the machine's physical address space, holes left out.</summary>
    public IReadOnlyList<MemoryPiece> RamLayout => _layout;

    /// <inheritdoc/>
    public override IReadOnlyList<PciDevice> PciDevices => _pciDevices;

    /// <inheritdoc/>
    public override PortSpace Ports => _ports;

    /// <inheritdoc/>
    public override Task<string> Gone => _client.Gone;

    /// <summary>The network adapter that was asked for, of the PCI bus.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public PciDevice Nic => _pciDevices.First(static device => device.Location is { Device: QemuArguments.NicSlot, Function: 0 });

    /// <summary>The network adapter that was asked for, of the ISA bus; otherwise null.</summary>
    public IsaDevice? IsaNic { get; }

    /// <summary>The second one (<see cref="QemuOptions.Peer"/>), or null.</summary>
    public PciDevice? PeerNic => _pciDevices.FirstOrDefault(static device => device.Location is { Device: QemuArguments.PeerSlot, Function: 0 });

    /// <summary>QEMU's process id.</summary>
    internal int ProcessId { get; private set; }

    /// <summary>The process id of the shell that watches over QEMU.</summary>
    internal int GuardianId => _process.GuardianId;

    /// <summary>The protocol itself, for tests.</summary>
    internal QtestClient Client => _client;

    /// <inheritdoc/>
    public override NonpagedPool CreatePool(NonpagedPoolOptions options) => NonpagedPool.Over(_ram, _layout, options);

    /// <inheritdoc/>
    public override RegisterWindow MapRegisters(PhysicalAddress address, uint length)
    {
        var isCovered = length > 0 && _pciDevices.SelectMany(static device => device.Bars).Any(bar =>
            !bar.IsPort && address.Value >= bar.Start && address.Value - bar.Start < bar.Length
            && length <= bar.Length - (address.Value - bar.Start));
        return isCovered
            ? new QtestRegisterWindow(_client, address, length)
            : throw new ArgumentOutOfRangeException(
                nameof(address), address, $"No base address register of a device covers {length} bytes from there.");
    }

    /// <inheritdoc/>
    public override InterruptLine GetInterrupt(uint vector)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(vector, (uint)InterruptInputs);
        return _interrupts[vector];
    }

    private static QtestInterruptLine[] CreateInterrupts()
    {
        var lines = new QtestInterruptLine[InterruptInputs];
        for (uint vector = 0; vector < InterruptInputs; vector++) lines[vector] = new QtestInterruptLine(vector);
        return lines;
    }

    private void OnInterrupt(uint vector, bool raised)
    {
        if (vector < InterruptInputs) _interrupts[vector].Set(raised);
    }
}
