namespace Nonpaged.Machines.Vfio;

/// <summary>
/// Cards of this machine behind its IOMMU, by VFIO (Documentation/driver-api/vfio.rst). They reach the memory of the pool that the machine makes and no other: the IOMMU
/// keeps them from it, and <see cref="Faulted"/> tells of attempts. However this process ends, the kernel takes the cards' way to memory and resets them.
/// </summary>
/// <remarks>After it is disposed of, reads give all ones and writes vanish.</remarks>
public sealed partial class VfioMachine : Machine
{
    private readonly VfioOptions _options;
    private readonly VfioContainer _container;
    private readonly List<VfioCard> _cards = [];
    private readonly VfioPorts _ports;
    private readonly IReadOnlyList<PciDevice> _devices;

    private VfioMachine(VfioOptions options, VfioContainer container, IReadOnlyList<PciFunction> functions)
    {
        _options = options;
        _container = container;
        try
        {
            foreach (PciFunction function in functions) _cards.Add(VfioCard.Open(container, function, options.Interrupt));
            _ports = new VfioPorts([.. _cards.SelectMany(card => card.Bars)]);
            _devices = [.. _cards.Select(card => card.Device)];
            StartListening();
        }
        catch
        {
            _cards.ForEach(card => card.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public override event Action<string>? Faulted;

    /// <inheritdoc/>
    public override string Name => "vfio";

    /// <inheritdoc/>
    public override IReadOnlyList<PciDevice> PciDevices => _devices;

    /// <inheritdoc/>
    public override PortSpace Ports => _ports;

    /// <inheritdoc/>
    public override Task<string> Gone => _gone.Task;

    /// <summary>The addresses that its pools are mapped to.</summary>
    public IommuAddressSpace Iommu => _container;

    /// <summary>The kernel's log may be read, so that <see cref="Faulted"/> tells.</summary>
    public bool TellsFaults => _faults is not null;

    /// <summary>How a card interrupts, for reports: "INTx", "MSI", "MSI-X"; null where it does not.</summary>
    /// <exception cref="ArgumentException">It is no device of this machine.</exception>
    public string? GetInterruptKind(PciDevice device) =>
        (_cards.Find(card => card.Device == device) ?? throw new ArgumentException("It is a device of another machine.", nameof(device))).Interrupt?.Kind;

    /// <summary>Opens the cards: reset, their registers answering, bus mastering off.</summary>
    /// <exception cref="MachineException">One does not exist, is not bound to vfio-pci, shares its group with devices of the kernel's, is in use, or may not be opened.</exception>
    public static VfioMachine Open(VfioOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Devices.Count == 0) throw new ArgumentException("A machine has a card at least.", nameof(options));
        var all = new PciFunctions();
        PciFunction[] functions = [.. options.Devices.Select(all.Find)];
        if (functions.DistinctBy(function => function.Address).Count() < functions.Length)
            throw new MachineException($"A card is named twice: {string.Join(", ", options.Devices)}.", "nonpaged devices");
        foreach (PciFunction function in functions) CheckUsable(function, all);
        VfioContainer container = VfioContainer.Open(functions, options.HighestAddress.Value);
        try
        {
            return new VfioMachine(options, container, functions);
        }
        catch
        {
            container.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override NonpagedPool CreatePool(NonpagedPoolOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return NonpagedPool.Create(_container, options with { Ladder = _options.Ladder });
    }

    /// <inheritdoc/>
    public override RegisterWindow MapRegisters(PhysicalAddress address, uint length) =>
        _cards.Select(card => card.TryMapRegisters(address, length)).FirstOrDefault(window => window is not null)
        ?? throw new ArgumentOutOfRangeException(nameof(address), address, $"No base address register of a device covers {length} bytes from there.");

    /// <inheritdoc/>
    public override InterruptLine GetInterrupt(uint vector) =>
        _cards.Select(card => card.Interrupt).FirstOrDefault(line => line?.Vector == vector)
        ?? throw new ArgumentOutOfRangeException(nameof(vector), vector, "No device has that interrupt.");

    private static void CheckUsable(PciFunction function, PciFunctions all)
    {
        if (function.Group is not { } group) throw VfioErrors.NoIommu(function.Address);
        if (function.Driver != VfioBinding.Driver) throw VfioErrors.NotBound(function);
        PciFunction[] blocking = [.. all.InGroup(group).Where(other => other.BlocksGroup)];
        if (blocking.Length > 0) throw VfioErrors.NotViable(function, blocking);
    }
}
