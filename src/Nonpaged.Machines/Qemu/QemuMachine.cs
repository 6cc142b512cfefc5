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
public sealed class QemuMachine : Machine
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_orderlyEnd = TimeSpan.FromSeconds(5);

    private readonly QtestInterruptLine[] _interrupts = CreateInterrupts();
    private readonly SafeFileHandle _ram;
    private readonly QemuProcess _process;
    private readonly QtestClient _client;
    private readonly QtestPorts _ports;
    private readonly IReadOnlyList<MemoryPiece> _layout;
    private readonly Lock _disposing = new();
    private IReadOnlyList<PciDevice> _pciDevices = [];
    private QemuIommu? _iommu;
    private volatile bool _disposed;

    private QemuMachine(QemuOptions options, SafeFileHandle ram, QemuProcess process, FrameWire? wire)
    {
        Wire = wire;
        ulong ramBytes = options.RamBytes;
        IsaNic = QemuNic.Isa(options);
        _ram = ram;
        _process = process;
        IReadOnlyList<MemoryPiece> layout = QemuRam.Layout(ramBytes);
        _layout = options.HasIommu ? [.. layout.Skip(1)] : layout;
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
    public override DeviceReach? Reach => _iommu;

    /// <inheritdoc/>
    public override Task<string> Gone => _client.Gone;

    /// <summary>The network adapter that was asked for, of the PCI bus.</summary>
    /// <exception cref="InvalidOperationException">There is none.</exception>
    public PciDevice Nic => _pciDevices.First(static device => device.Location is { Device: QemuArguments.NicSlot, Function: 0 });

    /// <summary>The network adapter that was asked for, of the ISA bus; otherwise null.</summary>
    public IsaDevice? IsaNic { get; }

    /// <summary>The second one (<see cref="QemuOptions.Peer"/>), or null.</summary>
    public PciDevice? PeerNic => _pciDevices.FirstOrDefault(
        static device => device.Location is { Device: QemuArguments.PeerSlot, Function: 0 });

    /// <summary>The other end of the adapter's cable (<see cref="QemuOptions.HasWire"/>), or null. The machine owns it.</summary>
    public FrameWire? Wire { get; }

    /// <summary>QEMU's process id.</summary>
    internal int ProcessId { get; private set; }

    /// <summary>The process id of the shell that watches over QEMU.</summary>
    internal int GuardianId => _process.GuardianId;

    /// <summary>The protocol itself, for tests.</summary>
    internal QtestClient Client => _client;

    /// <summary>
    /// Starts the machine: about 0.05 s. Base address registers and interrupt lines are assigned; bus mastering is off until the
    /// driver's side turns it on.
    /// </summary>
    /// <exception cref="MachineException">QEMU is missing, refuses an option (its own words are passed on), or does not
    /// answer.</exception>
    /// <exception cref="ArgumentException">An option that no QEMU takes: see <see cref="QemuOptions"/>.</exception>
    public static QemuMachine Start(QemuOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        QemuRam.CheckIommu(options);
        List<string> arguments = QemuArguments.Create(options);
        string program = QemuProbe.Choose(options.Program);

        using var made = new HandleScope();
        SafeFileHandle ram = made.Add(QemuRam.Create(options.RamBytes));
        using SafeFileHandle halt = HaltImage.Create();
        SafeFileHandle? wireEnd = null;
        SafeFileHandle? wire = options.HasWire ? made.Add(FrameWire.OpenPair(out wireEnd)) : null;
        using (wireEnd)
        {
            var process = QemuProcess.Start(program, arguments, ram, halt, wireEnd);
            made.Keep();
            return BringUp(program, options, new QemuMachine(options, ram, process, wire is null ? null : new FrameWire(wire)));
        }
    }

    private static QemuMachine BringUp(string program, QemuOptions options, QemuMachine machine)
    {
        try
        {
            machine.BringUp(program, options);
            return machine;
        }
        catch
        {
            machine.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override NonpagedPool CreatePool(NonpagedPoolOptions options) => NonpagedPool.Over(_ram, _layout, options);

    /// <inheritdoc/>
    public override RegisterWindow MapRegisters(PhysicalAddress address, uint length)
    {
        bool isCovered = length > 0 && _pciDevices.SelectMany(static device => device.Bars).Any(bar =>
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
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(vector, (uint)Q35.InterruptInputs);
        return _interrupts[vector];
    }

    /// <summary>
    /// Ends QEMU in order, or by force where it does not end within five seconds, and gives everything back. Callable more than
    /// once and from several threads: it returns when the machine has ended.
    /// </summary>
    /// <exception cref="InvalidOperationException">Called by a handler of <see cref="InterruptLine.Raised"/>.</exception>
    public override void Dispose()
    {
        if (_client.IsInHandler)
        {
            throw new InvalidOperationException(
                "A handler of an interrupt line runs on the machine's thread and must not dispose it.");
        }

        lock (_disposing)
        {
            if (_disposed) return;
            _disposed = true;
            _process.RequestEnd();
            if (!_client.WaitForEnd(s_orderlyEnd))
            {
                _process.Kill();
                _client.WaitForEnd(Timeout.InfiniteTimeSpan);
            }

            _process.Dispose();
            Wire?.Dispose();
            _iommu?.Dispose();
            _ram.Dispose();
        }
    }

    private static QtestInterruptLine[] CreateInterrupts()
    {
        var lines = new QtestInterruptLine[Q35.InterruptInputs];
        for (uint vector = 0; vector < Q35.InterruptInputs; vector++) lines[vector] = new QtestInterruptLine(vector);
        return lines;
    }

    private void OnInterrupt(uint vector, bool raised)
    {
        if (vector < Q35.InterruptInputs) _interrupts[vector].Set(raised);
    }

    private string OnEnd()
    {
        string how = _process.Reap();
        return _disposed ? $"Disposed. {how}" : how;
    }

    private void BringUp(string program, QemuOptions options)
    {
        try
        {
            if (!_client.InterceptInterrupts(s_startLimit)) throw NotStarted(program, options);
        }
        catch (TimeoutException exception)
        {
            throw new MachineException(
                $"QEMU ({program}) did not answer within {s_startLimit.TotalSeconds:0} s. {_process.StandardError}",
                "Look whether the machine is overloaded, and try again.", exception);
        }

        ProcessId = _process.ReadQemuId() ?? throw NotStarted(program, options);
        _pciDevices = Q35.Enumerate(_ports);
        // What is asked after the end is answered with all ones, and looks like a machine without devices.
        if (_client.IsGone) throw NotStarted(program, options);
        if (options.HasIommu)
            _iommu = new QemuIommu(_client, _ram, QemuRam.Layout(options.RamBytes)[0], options.RamBytes);
    }

    private MachineException NotStarted(string program, QemuOptions options)
    {
        // The end of the connection has been seen, so this does not take long.
        string how = _client.Gone.GetAwaiter().GetResult();
        IReadOnlyList<string> models = QemuProbe.ListNicModels(program);
        string remedy = (options.NicModel, options.NicProperties.Count) switch
        {
            ({ } model, _) when models.Count > 0 && !models.Contains(model) =>
                $"Choose one of the NIC models that this QEMU has: {string.Join(", ", models)}.",
            ({ } model, > 0) => $"{program} -device {model},help",
            _ => "Correct what QEMU complains about.",
        };
        return new MachineException($"QEMU ({program}) did not start. {how}", remedy);
    }
}
