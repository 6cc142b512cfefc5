using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Sysfs;

/// <summary>
/// Cards of this machine, by the files that the kernel has for each PCI function (Documentation/PCI/sysfs-pci.rst): registers are
/// mapped, ports and configuration space are read and written, memory is the host's, pinned, and told to the device by its
/// physical address. Needs root.
/// </summary>
/// <remarks>
/// <para>
/// Nothing protects memory from the device here: a wrong address in a descriptor is written to whatever it is of, the kernel
/// included. Behind an IOMMU, VFIO is the safe way.
/// </para>
/// <para>
/// A device that may still write keeps the memory that it was told: a guardian process outlives this one, turns bus mastering
/// off, and lets go of the pins after that. It can't where it is itself killed at the same moment, as by <c>systemctl kill</c>
/// with SIGKILL.
/// </para>
/// <para>After the hardware is gone reads give all ones and writes vanish; <see cref="Gone"/> says why.</para>
/// </remarks>
public sealed unsafe class SysfsMachine : Machine
{
    // Without a driver in the kernel nobody is told of an interrupt, and the status register is read this often, in milliseconds.
    private const int PollInterval = 1;

    private readonly SysfsDevice[] _devices;
    private readonly Dictionary<uint, SysfsInterruptLine> _lines;
    private readonly BusGuardian _guardian;
    private readonly SysfsPorts _ports;
    private readonly IReadOnlyList<MemoryRegion> _regions;
    private readonly TaskCompletionSource<string> _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _disposing = new();
    private readonly Thread _watch;
    private SafeFileHandle _stop = new(-1, ownsHandle: true);
    private bool _isDisposed;

    private SysfsMachine(SysfsDevice[] devices, BusGuardian guardian, IReadOnlyList<MemoryRegion> regions)
    {
        _regions = regions;
        _devices = devices;
        _guardian = guardian;
        _ports = new SysfsPorts(devices);
        _lines = devices.Where(device => device.InterruptVector is not null).GroupBy(device => device.InterruptVector!.Value)
            .ToDictionary(group => group.Key, group => new SysfsInterruptLine(group.Key, [.. group]));
        _watch = new Thread(Watch) { Name = "sysfs interrupts", IsBackground = true };
    }

    /// <inheritdoc/>
    public override string Name => "sysfs";

    /// <inheritdoc/>
    public override IReadOnlyList<PciDevice> PciDevices => _devices;

    /// <inheritdoc/>
    public override PortSpace Ports => _ports;

    /// <inheritdoc/>
    public override Task<string> Gone => _gone.Task;

    /// <summary>
    /// Takes the cards, which no driver of the kernel's may use; uio_pci_generic may have them, and then tells interrupts. Bus
    /// mastering is off until the driver's side turns it on, and off again when this is disposed or its process ends.
    /// </summary>
    /// <exception cref="MachineException">
    /// A card is not there, is in use, is behind an IOMMU, or may not be taken: why, and what helps.
    /// </exception>
    public static SysfsMachine Open(SysfsOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Devices.Count == 0) throw new ArgumentException("No card is named.", nameof(options));
        var devices = new List<SysfsDevice>();
        BusGuardian? guardian = null;
        try
        {
            foreach (string address in options.Devices) devices.Add(SysfsDevice.Open(address));
            guardian = BusGuardian.Start(devices);
            // Not before somebody is there who undoes it.
            foreach (SysfsDevice device in devices) device.Enable();
            var machine = new SysfsMachine([.. devices], guardian, options.Regions);
            SystemCalls.Check(LibC.EventFd(out machine._stop), "eventfd");
            machine._watch.Start();
            return machine;
        }
        catch
        {
            guardian?.Dispose();
            foreach (SysfsDevice device in devices) device.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override NonpagedPool CreatePool(NonpagedPoolOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return NonpagedPool.Create(options with
        {
            ForDevices = true,
            HoldPins = _guardian.HoldPins,
            Regions = _regions.Count > 0 ? _regions : options.Regions,
        });
    }

    /// <inheritdoc/>
    public override RegisterWindow MapRegisters(PhysicalAddress address, uint length)
    {
        foreach (SysfsDevice device in _devices)
        {
            if (device.TryMap(address, length) is { } window) return window;
        }

        throw new ArgumentOutOfRangeException(
            nameof(address), address, $"No base address register of a device covers {length} bytes from there.");
    }

    /// <inheritdoc/>
    public override InterruptLine GetInterrupt(uint vector) =>
        _lines.TryGetValue(vector, out SysfsInterruptLine? line)
            ? line
            : throw new ArgumentOutOfRangeException(nameof(vector), vector, "No device has this interrupt.");

    /// <summary>
    /// Turns bus mastering off, gives the cards back as they were, and waits until that is done. Callable more than once and from
    /// several threads.
    /// </summary>
    /// <exception cref="InvalidOperationException">Called by a handler of <see cref="InterruptLine.Raised"/>.</exception>
    public override void Dispose()
    {
        if (Thread.CurrentThread == _watch)
        {
            throw new InvalidOperationException(
                "A handler of an interrupt line runs on the machine's thread and must not dispose it.");
        }

        lock (_disposing)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            End("Disposed.");
            ulong one = 1;
            LibC.Write(_stop, new ReadOnlySpan<byte>(&one, sizeof(ulong)));
            _watch.Join();
            _guardian.Dispose();
            foreach (SysfsDevice device in _devices) device.Dispose();
            _stop.Dispose();
        }
    }

    /// <summary>The cards are quiet and answer no more; then it is told.</summary>
    private void End(string why)
    {
        foreach (SysfsDevice device in _devices) device.Detach();
        _gone.TrySetResult(why);
    }

    /// <summary>Waits for interrupts, the guardian's end and our own.</summary>
    private void Watch()
    {
        SysfsDevice[] signalled = [.. _devices.Where(device => device.InterruptFile is not null)];
        var waited = new LibC.PollDescriptor[2 + signalled.Length];
        bool isPolled = signalled.Length < _devices.Length;
        while (true)
        {
            SafeFileHandle[] files = [_stop, _guardian.Status, .. signalled.Select(device => device.InterruptFile!)];
            for (int i = 0; i < files.Length; i++)
                waited[i] = new LibC.PollDescriptor { Descriptor = (int)files[i].DangerousGetHandle(), Events = LibC.POLLIN };
            LibC.Poll(waited, isPolled ? PollInterval : -1);
            if (waited[0].Returned != 0) return;
            if (waited[1].Returned != 0)
            {
                End(
                    "The guardian of its bus mastering ended: "
                    + "without it a device could write to memory that is somebody else's.");
                return;
            }

            for (int i = 0; i < signalled.Length; i++)
            {
                if (waited[2 + i].Returned != 0) signalled[i].TakeInterrupt();
            }

            foreach (SysfsDevice device in _devices)
            {
                if (!device.IsMissing()) continue;
                End($"{device.Address} does not answer any more: it was pulled out, or has failed.");
                return;
            }

            foreach (SysfsInterruptLine line in _lines.Values) line.Look();
        }
    }
}
