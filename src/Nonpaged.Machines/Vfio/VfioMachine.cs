using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Vfio;

/// <summary>
/// Cards of this machine behind its IOMMU, by VFIO (Documentation/driver-api/vfio.rst). They reach the memory of the pool that
/// the machine makes and no other: the IOMMU keeps them from it, and <see cref="Faulted"/> reports attempts. However this
/// process ends, the kernel takes the cards' way to memory and resets them.
/// </summary>
/// <remarks>After it is disposed of, reads give all ones and writes vanish.</remarks>
public sealed class VfioMachine : Machine
{
    private const int ListenerStack = 256 * 1024;

    // The kernel logs a fault from an interrupt of the IOMMU's, some milliseconds after the access.
    private static readonly TimeSpan s_faultsFollow = TimeSpan.FromMilliseconds(20);

    private readonly VfioOptions _options;
    private readonly VfioContainer _container;
    private readonly List<VfioCard> _cards = [];
    private readonly VfioPorts _ports;
    private readonly IReadOnlyList<PciDevice> _devices;
    private readonly TaskCompletionSource<string> _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _disposing = new();
    private SafeFileHandle? _stop;
    private IommuFaultLog? _faults;
    private Thread? _listener;
    private bool _isDisposed;

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
        (_cards.Find(card => card.Device == device)
            ?? throw new ArgumentException("It is a device of another machine.", nameof(device))).Interrupt?.Kind;

    /// <summary>Opens the cards: reset, their registers answering, bus mastering off.</summary>
    /// <exception cref="MachineException">
    /// One does not exist, is not bound to vfio-pci, shares its group with devices of the kernel's, is in use, or may not be
    /// opened.
    /// </exception>
    public static VfioMachine Open(VfioOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Devices.Count == 0) throw new ArgumentException("A machine has a card at least.", nameof(options));
        var all = new PciFunctions();
        PciFunction[] functions = [.. options.Devices.Select(all.Find)];
        if (functions.DistinctBy(function => function.Address).Count() < functions.Length)
            throw new MachineException($"A card is named twice: {string.Join(", ", options.Devices)}.", "nonpaged devices");
        foreach (PciFunction function in functions) CheckUsable(function, all);
        var container = VfioContainer.Open(functions, options.HighestAddress.Value);
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
        ?? throw new ArgumentOutOfRangeException(
            nameof(address), address, $"No base address register of a device covers {length} bytes from there.");

    /// <inheritdoc/>
    public override InterruptLine GetInterrupt(uint vector) =>
        _cards.Select(card => card.Interrupt).FirstOrDefault(line => line?.Vector == vector)
        ?? throw new ArgumentOutOfRangeException(nameof(vector), vector, "No device has that interrupt.");

    /// <summary>
    /// Takes the cards' way to memory, resets them and closes them, and with them their group. Callable more than once and from
    /// several threads: it returns when that is done.
    /// </summary>
    /// <exception cref="InvalidOperationException">
    /// Called by a handler of <see cref="InterruptLine.Raised"/> or <see cref="Faulted"/>.
    /// </exception>
    public override void Dispose()
    {
        if (Thread.CurrentThread == _listener)
        {
            throw new InvalidOperationException(
                "A handler of an interrupt line runs on the machine's thread and must not dispose it.");
        }

        lock (_disposing)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            _cards.ForEach(card => card.StopBusMaster());
            if (_faults is not null) Thread.Sleep(s_faultsFollow);
            Signal(_stop!);
            _listener!.Join();
            _cards.ForEach(card => card.Dispose());
            _container.Dispose();
            _stop!.Dispose();
            _faults?.Dispose();
            _gone.TrySetResult("Disposed.");
        }
    }

    private static void CheckUsable(PciFunction function, PciFunctions all)
    {
        if (function.Group is not { } group) throw VfioErrors.NoIommu(function.Address);
        if (function.Driver != VfioBinding.Driver) throw VfioErrors.NotBound(function);
        PciFunction[] blocking = [.. all.InGroup(group).Where(other => other.BlocksGroup)];
        if (blocking.Length > 0) throw VfioErrors.NotViable(function, blocking);
    }

    private void StartListening()
    {
        SysResult made = LibC.EventFd(out SafeFileHandle stop);
        _stop = stop;
        if (made.IsError)
            throw new MachineException($"There is no event for the machine's thread (eventfd: {made.Errno}).", "ulimit -n 65536");
        _faults = IommuFaultLog.TryOpen([.. _cards.Select(card => card.Address)]);
        _listener = new Thread(Listen, ListenerStack) { IsBackground = true, Name = "vfio events" };
        _listener.Start();
    }

    private void Listen()
    {
        (SafeFileHandle Handle, Func<bool> Serve)[] sources = [.. Sources()];
        var asked = new LibC.PollDescriptor[sources.Length];
        for (int i = 0; i < sources.Length; i++)
            asked[i] = new LibC.PollDescriptor { Descriptor = (int)sources[i].Handle.DangerousGetHandle(), Events = LibC.POLLIN };
        for (bool goesOn = true; goesOn;)
        {
            SysResult ready = LibC.Poll(asked, -1);
            if (ready.IsError && ready.Errno != Errno.EINTR)
            {
                _gone.TrySetResult($"Its events cannot be waited for (poll: {ready.Errno}).");
                return;
            }

            for (int i = 0; i < sources.Length && ready.Value > 0; i++)
            {
                if (asked[i].Returned != 0) goesOn &= sources[i].Serve();
            }
        }
    }

    /// <summary>What is listened to; each tells whether to go on.</summary>
    private IEnumerable<(SafeFileHandle Handle, Func<bool> Serve)> Sources()
    {
        foreach (VfioCard card in _cards)
        {
            if (card.Interrupt is { } line)
            {
                yield return (line.Signalled, () =>
                {
                    line.Take();
                    return true;
                }
                );
            }

            if (card.Requested is { } requested) yield return (requested, () => OnRequested(card, requested));
        }

        if (_faults is not null) yield return (_faults.File, TellFaults);
        // Last, so that what came before the end is told.
        yield return (_stop!, () => false);
    }

    private bool OnRequested(VfioCard card, SafeFileHandle requested)
    {
        LibC.Read(requested, stackalloc byte[sizeof(ulong)]);
        _gone.TrySetResult($"The kernel asks for {card.Address}: it is being removed, or given to another driver.");
        return true;
    }

    private bool TellFaults()
    {
        foreach (string fault in _faults!.Take()) Faulted?.Invoke(fault);
        return true;
    }

    private static void Signal(SafeFileHandle signalled) => LibC.Write(signalled, BitConverter.GetBytes(1UL));
}
