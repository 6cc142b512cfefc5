using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;
using Nonpaged.Machines.Pci;

namespace Nonpaged.Machines.Vfio;

/// <summary>
/// A card that is open: its file, its registers, its interrupt. Reset and without bus mastering when it
/// is opened and when it is closed.
/// </summary>
internal sealed class VfioCard : IDisposable
{
    private const uint BaseAddressRegisters = 6;
    private const uint IsPort = 0x1;
    private const uint MemoryType = 0x6;
    private const uint Memory64 = 0x4;

    private readonly SafeFileHandle _device;
    private readonly PciFunction _function;
    private readonly bool _canReset;
    private readonly VfioRegion _configuration;
    private readonly List<(PciBar Bar, VfioRegion Region)> _bars = [];
    private readonly Dictionary<uint, MappedRegisters> _mappings = [];
    private readonly Lock _mapping = new();

    private VfioCard(SafeFileHandle device, PciFunction function, PciInterruptKind interrupt)
    {
        _device = device;
        _function = function;
        Check(Interop.Vfio.GetDeviceInfo(device, out Interop.Vfio.DeviceInfo info), "VFIO_DEVICE_GET_INFO");
        if ((info.Flags & Interop.Vfio.VFIO_DEVICE_FLAGS_PCI) == 0)
            throw new MachineException($"{function.Address} is no PCI device to VFIO.", "nonpaged devices");
        _canReset = (info.Flags & Interop.Vfio.VFIO_DEVICE_FLAGS_RESET) != 0;
        _configuration = OpenRegion(Interop.Vfio.VFIO_PCI_CONFIG_REGION_INDEX);
        // A device that cannot be reset keeps what its last user left in its registers, but has no way to
        // memory until a driver allows it.
        if (_canReset) Check(Interop.Vfio.Reset(device), "VFIO_DEVICE_RESET");
        ReadBars();
        SetCommand(
            set: (ushort)(PciRegister.CommandIoSpace | PciRegister.CommandMemorySpace), clear: PciRegister.CommandBusMaster);
        Interrupt = OpenInterrupt(interrupt);
        Requested = OpenRequest();
        Device = new VfioPciDevice(function, _configuration, [.. _bars.Select(bar => bar.Bar)], Interrupt?.Vector);
    }

    public VfioPciDevice Device { get; }

    /// <summary>Null where it has none.</summary>
    public VfioInterruptLine? Interrupt { get; }

    /// <summary>
    /// Signalled when the kernel asks for the device: it is being removed, or given another driver. Null
    /// where the kernel does not ask.
    /// </summary>
    public SafeFileHandle? Requested { get; }

    public string Address => _function.Address;

    public IEnumerable<(PciBar Bar, VfioRegion Region)> Bars => _bars;

    /// <exception cref="MachineException">The card cannot be opened.</exception>
    public static VfioCard Open(VfioContainer container, PciFunction function, PciInterruptKind interrupt)
    {
        SysResult opened = container.OpenDevice(function, out SafeFileHandle device);
        if (opened.IsError) throw VfioErrors.Refused(function, "VFIO_GROUP_GET_DEVICE_FD", opened.Errno);
        try
        {
            return new VfioCard(device, function, interrupt);
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    /// <summary>Registers within one of its base address registers; null where none covers them.</summary>
    public RegisterWindow? TryMapRegisters(PhysicalAddress address, uint length)
    {
        foreach ((PciBar bar, VfioRegion region) in _bars)
        {
            if (bar.IsPort || length == 0 || address.Value < bar.Start || address.Value - bar.Start >= bar.Length
                || length > bar.Length - (address.Value - bar.Start))
            {
                continue;
            }

            ulong offset = address.Value - bar.Start;
            return region.IsMappable && TryMap(region) is { } mapping
                ? new MappedRegisterWindow(mapping, (nuint)offset, address, length)
                : new VfioRegionWindow(region, address, offset, length);
        }

        return null;
    }

    /// <summary>From here on it neither reads nor writes memory.</summary>
    public void StopBusMaster() => SetCommand(set: 0, clear: PciRegister.CommandBusMaster);

    public void Dispose()
    {
        if (_device.IsClosed) return;
        StopBusMaster();
        Interrupt?.Dispose();
        Requested?.Dispose();
        if (_canReset) Interop.Vfio.Reset(_device);
        lock (_mapping)
        {
            foreach (MappedRegisters mapping in _mappings.Values) mapping.Detach();
            _device.Dispose();
        }
    }

    /// <summary>Where the kernel refuses, the registers are reached by system calls, which the window's kind tells.</summary>
    private unsafe MappedRegisters? TryMap(VfioRegion region)
    {
        lock (_mapping)
        {
            if (_mappings.TryGetValue(region.Index, out MappedRegisters? known)) return known;
            if (_device.IsClosed) return null;
            SysResult mapped = LibC.MMap(
                null, (nuint)region.Length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, (int)_device.DangerousGetHandle(),
                region.Offset);
            return mapped.IsError ? null
                : _mappings[region.Index] = new MappedRegisters((nuint)mapped.Value, (nuint)region.Length);
        }
    }

    private VfioRegion OpenRegion(uint index)
    {
        Check(VfioRegion.Open(_device, index, out VfioRegion? region), "VFIO_DEVICE_GET_REGION_INFO");
        return region!;
    }

    /// <summary>
    /// Reads what firmware or kernel assigned (PCI Local Bus 3.0, section 6.2.5.1). Of 4 GiB or more none
    /// is a network card's registers.
    /// </summary>
    private void ReadBars()
    {
        for (uint index = 0; index < BaseAddressRegisters; index++)
        {
            uint low = _configuration.Read(PciRegister.BaseAddress0 + 4 * index, sizeof(uint));
            VfioRegion region = OpenRegion(index);
            bool isPort = (low & IsPort) != 0;
            bool is64Bit = !isPort && (low & MemoryType) == Memory64;
            ulong start = isPort ? low & ~3u : low & ~0xfu;
            if (is64Bit) start |= (ulong)_configuration.Read(PciRegister.BaseAddress0 + 4 * (index + 1), sizeof(uint)) << 32;
            if (region.Length is > 0 and <= uint.MaxValue)
                _bars.Add((new PciBar((int)index, isPort, start, (uint)region.Length), region));
            if (is64Bit) index++;
        }
    }

    private void SetCommand(ushort set, ushort clear)
    {
        ushort command = (ushort)_configuration.Read(PciRegister.Command, sizeof(ushort));
        _configuration.Write(PciRegister.Command, sizeof(ushort), (uint)((command | set) & ~clear));
    }

    private VfioInterruptLine? OpenInterrupt(PciInterruptKind kind)
    {
        (PciInterruptKind Kind, uint Index)[] kinds =
        [
            (PciInterruptKind.Line, Interop.Vfio.VFIO_PCI_INTX_IRQ_INDEX),
            (PciInterruptKind.Message, Interop.Vfio.VFIO_PCI_MSI_IRQ_INDEX),
            (PciInterruptKind.MessageX, Interop.Vfio.VFIO_PCI_MSIX_IRQ_INDEX),
        ];
        foreach ((PciInterruptKind one, uint index) in kinds)
        {
            if (kind != PciInterruptKind.Any && kind != one) continue;
            Check(Interop.Vfio.GetIrqInfo(_device, index, out Interop.Vfio.IrqInfo info), "VFIO_DEVICE_GET_IRQ_INFO");
            if (info.Count == 0 || (info.Flags & Interop.Vfio.VFIO_IRQ_INFO_EVENTFD) == 0) continue;
            Check(VfioInterruptLine.Open(_device, index, _function.Irq, out VfioInterruptLine? line), "VFIO_DEVICE_SET_IRQS");
            return line;
        }

        return kind == PciInterruptKind.Any ? null : throw new MachineException(
            $"{_function.Address} has no interrupt of the kind {kind}.", "leave the kind to the card");
    }

    private SafeFileHandle? OpenRequest()
    {
        if (Interop.Vfio.GetIrqInfo(_device, Interop.Vfio.VFIO_PCI_REQ_IRQ_INDEX, out Interop.Vfio.IrqInfo info).IsError
            || info.Count == 0)
        {
            return null;
        }

        SysResult made = LibC.EventFd(out SafeFileHandle requested);
        if (!made.IsError) made = Interop.Vfio.SetTrigger(_device, Interop.Vfio.VFIO_PCI_REQ_IRQ_INDEX, requested);
        if (!made.IsError) return requested;
        requested.Dispose();
        throw VfioErrors.Refused(_function, "VFIO_DEVICE_SET_IRQS", made.Errno);
    }

    private void Check(SysResult result, string call)
    {
        if (result.IsError) throw VfioErrors.Refused(_function, call, result.Errno);
    }
}
