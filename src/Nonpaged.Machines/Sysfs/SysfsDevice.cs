using System.Buffers.Binary;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;
using Nonpaged.Machines.Pci;

namespace Nonpaged.Machines.Sysfs;

/// <summary>
/// A card of this machine that was taken: its files, its registers as the kernel assigned them, and its interrupt.
/// </summary>
internal sealed unsafe class SysfsDevice : PciDevice, IDisposable
{
    private const int ConfigurationLength = 256;

    // A program that was killed has its guardian let go of the card some milliseconds later.
    private const int LockTries = 100;
    private const int LockPause = 10;

    private readonly SysfsFiles _files;
    private readonly SafeFileHandle _configuration;
    private readonly Dictionary<int, SafeFileHandle> _ports = [];
    private readonly Dictionary<int, MappedRegisters> _registers = [];
    private readonly Lock _gate = new();
    private volatile bool _isDetached;
    private volatile bool _isMasked;
    private IReadOnlyList<PciBar> _bars = [];
    private uint? _vector;

    private SysfsDevice(string address, SysfsFiles files, SafeFileHandle configuration, PciLocation location)
    {
        Address = address;
        _files = files;
        _configuration = configuration;
        Location = location;
        VendorId = ReadUInt16(PciRegister.VendorId);
        DeviceId = ReadUInt16(PciRegister.DeviceId);
    }

    /// <summary>Its PCI address with the domain.</summary>
    public string Address { get; }

    public override PciLocation Location { get; }

    public override ushort VendorId { get; }

    public override ushort DeviceId { get; }

    public override IReadOnlyList<PciBar> Bars => _bars;

    public override uint? InterruptVector => _vector;

    /// <summary>The command register as it is to be left behind.</summary>
    public ushort CommandAfterwards { get; private set; }

    /// <summary>
    /// Where uio_pci_generic has the card: reading it takes an interrupt, after which the card's line is off until its command
    /// register says otherwise.
    /// </summary>
    public SafeFileHandle? InterruptFile { get; private set; }

    /// <summary>
    /// Nobody in the kernel listens, so the line is off, and the status register tells what it would say (PCI Local Bus 3.0,
    /// 6.2.3).
    /// </summary>
    private bool IsPolled => InterruptFile is null;

    /// <summary>Takes a card. Nothing of it is changed yet.</summary>
    /// <exception cref="MachineException">It is not there, is in use, or may not be taken.</exception>
    public static SysfsDevice Open(string given)
    {
        (SysfsFiles files, string address, PciLocation location) = SysfsChoice.Find(given);
        SysResult opened = LibC.OpenForWriting($"{files.Folder}/config", 0, out SafeFileHandle configuration);
        var device = new SysfsDevice(address, files, configuration, location);
        try
        {
            if (opened.IsError) throw files.Refused("config", "opened", opened.Errno);
            device.CheckOrdinary();
            return device;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    public override void ReadConfiguration(int offset, Span<byte> destination)
    {
        CheckRange(offset, destination.Length);
        fixed (byte* first = destination)
        {
            bool isRead = !_isDetached
                && LibC.PRead(_configuration, first, (nuint)destination.Length, offset).Value == destination.Length;
            if (!isRead) destination.Fill(0xff);
        }
    }

    public override void WriteConfiguration(int offset, ReadOnlySpan<byte> source)
    {
        CheckRange(offset, source.Length);
        Span<byte> bytes = stackalloc byte[ConfigurationLength];
        source.CopyTo(bytes);
        bytes = bytes[..source.Length];
        // Nobody in the kernel would answer an interrupt, so the line stays off whatever a driver writes.
        const int upperCommand = PciRegister.Command + 1;
        if (IsPolled && offset <= upperCommand && offset + source.Length > upperCommand)
            bytes[upperCommand - offset] |= PciRegister.CommandInterruptDisable >> 8;
        lock (_gate)
        {
            fixed (byte* first = bytes)
            {
                if (!_isDetached) LibC.PWrite(_configuration, first, (nuint)bytes.Length, offset);
            }
        }
    }

    /// <summary>The file of the ports that an access is in; null where it is not one of this card's.</summary>
    public SafeFileHandle? TryFindPort(ushort port, int width, out long offset)
    {
        offset = 0;
        if (_isDetached) return null;
        foreach (PciBar bar in _bars)
        {
            if (!bar.IsPort || port < bar.Start || (ulong)port + (ulong)width > bar.Start + bar.Length) continue;
            offset = (long)(port - bar.Start);
            return _ports[bar.Index];
        }

        return null;
    }

    /// <summary>Registers within one base address register; null where none of this card's covers them.</summary>
    /// <exception cref="MachineException">The kernel does not map them.</exception>
    public RegisterWindow? TryMap(PhysicalAddress address, uint length)
    {
        foreach (PciBar bar in _bars)
        {
            if (bar.IsPort || length == 0 || address.Value < bar.Start) continue;
            ulong offset = address.Value - bar.Start;
            if (offset >= bar.Length || length > bar.Length - offset) continue;
            return new MappedRegisterWindow(Map(bar), (nuint)(bar.Start & (Page.Size - 1)) + (nuint)offset, address, length);
        }

        return null;
    }

    /// <summary>
    /// A second description of the configuration space, which stands at the command register: what is written to it next goes
    /// there. It is locked against other programs for as long as a copy of it is open.
    /// </summary>
    /// <exception cref="MachineException">Another program has the card.</exception>
    public SafeFileHandle OpenCommand()
    {
        SafeFileHandle file = _files.Open("config");
        for (int i = 0; ; i++)
        {
            SysResult locked = LibC.FLock(file);
            if (!locked.IsError) break;
            if (locked.Errno == Errno.EAGAIN && i < LockTries)
            {
                Thread.Sleep(LockPause);
                continue;
            }

            file.Dispose();
            throw locked.Errno == Errno.EAGAIN
                ? new MachineException($"Another program drives {Address}.", $"end it: fuser -v {_files.Folder}/config")
                : _files.Refused("config", "locked", locked.Errno);
        }

        LibC.LSeek(file, PciRegister.Command);
        return file;
    }

    /// <summary>The file through which the kernel is told to disable the card again; null where it was enabled before.</summary>
    public SafeFileHandle? OpenEnable() => _files.ReadText("enable") == "0" ? _files.Open("enable") : null;

    /// <summary>Lets the card answer, without bus mastering, and learns its registers and its interrupt.</summary>
    public void Enable()
    {
        if (_files.ReadText("enable") == "0") _files.WriteText("enable", "1");
        _bars = [.. _files.ReadBars()];
        foreach (PciBar bar in _bars.Where(bar => bar.IsPort)) _ports[bar.Index] = _files.Open($"resource{bar.Index}");
        OpenInterrupt();
        ushort spaces = 0;
        if (_bars.Any(bar => bar.IsPort)) spaces |= PciRegister.CommandIoSpace;
        if (_bars.Any(bar => !bar.IsPort)) spaces |= PciRegister.CommandMemorySpace;
        WriteUInt16(PciRegister.Command, (ushort)((ReadUInt16(PciRegister.Command) | spaces) & ~PciRegister.CommandBusMaster));
    }

    /// <summary>Takes what made the file readable.</summary>
    public void TakeInterrupt()
    {
        Span<byte> count = stackalloc byte[4];
        if (LibC.Read(InterruptFile!, count).Value == 4) _isMasked = true;
    }

    /// <summary>The card holds its line raised, or would if it were on. Once it does not, the next interrupt may come.</summary>
    public bool LooksRaised()
    {
        if (_isDetached || _vector is null) return false;
        ushort status = ReadUInt16(PciRegister.Status);
        bool isRaised = status != ushort.MaxValue && (status & PciRegister.StatusInterrupt) != 0;
        if (!isRaised && _isMasked)
        {
            _isMasked = false;
            Switch(on: true);
        }

        return isRaised;
    }

    /// <summary>All of its configuration space reads as ones, as where no card is.</summary>
    public bool IsMissing() => !_isDetached && ReadUInt16(PciRegister.VendorId) == PciRegister.NoVendor;

    /// <summary>
    /// Turns bus mastering off and stops answering. What the card has written is in memory then: the answer of a read comes after
    /// it (PCI Local Bus 3.0, 3.2.5).
    /// </summary>
    public void Detach()
    {
        lock (_gate)
        {
            if (_isDetached || _configuration.IsInvalid) return;
            ushort command = CommandAfterwards;
            LibC.PWrite(_configuration, &command, sizeof(ushort), PciRegister.Command);
            LibC.PRead(_configuration, &command, sizeof(ushort), PciRegister.Command);
            _isDetached = true;
            foreach (MappedRegisters mapped in _registers.Values) mapped.Detach();
        }
    }

    public void Dispose()
    {
        Detach();
        foreach (SafeFileHandle file in _ports.Values) file.Dispose();
        InterruptFile?.Dispose();
        _configuration.Dispose();
    }

    public override string ToString() => $"{Address} {VendorId:x4}:{DeviceId:x4}";

    private static void CheckRange(int offset, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, ConfigurationLength - offset, nameof(offset));
    }

    private MappedRegisters Map(PciBar bar)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDetached, this);
            if (_registers.TryGetValue(bar.Index, out MappedRegisters? mapped)) return mapped;
            using SafeFileHandle file = _files.Open($"resource{bar.Index}", LibC.O_SYNC);
            nuint length = (nuint)(bar.Start & (Page.Size - 1)) + bar.Length;
            SysResult result = LibC.MMap(
                null, length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED, (int)file.DangerousGetHandle(), 0);
            if (result.IsError) throw _files.Refused($"resource{bar.Index}", "mapped", result.Errno);
            return _registers[bar.Index] = new MappedRegisters((nuint)result.Value, length);
        }
    }

    private ushort ReadUInt16(int offset)
    {
        Span<byte> bytes = stackalloc byte[2];
        ReadConfiguration(offset, bytes);
        return BinaryPrimitives.ReadUInt16LittleEndian(bytes);
    }

    private void WriteUInt16(int offset, ushort value)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
        WriteConfiguration(offset, bytes);
    }

    private void CheckOrdinary()
    {
        if (VendorId == PciRegister.NoVendor)
        {
            throw new MachineException(
                $"{Address} does not answer: its configuration space reads as ones.",
                $"echo 1 > {_files.Folder}/remove; echo 1 > /sys/bus/pci/rescan");
        }

        const byte multiFunction = 0x80;
        Span<byte> type = stackalloc byte[1];
        ReadConfiguration(PciRegister.HeaderType, type);
        if ((type[0] & ~multiFunction) != 0)
            throw new MachineException($"{Address} is a bridge, and no card.", "nonpaged devices");
        CommandAfterwards = (ushort)(ReadUInt16(PciRegister.Command) & ~PciRegister.CommandBusMaster);
    }

    private void OpenInterrupt()
    {
        Span<byte> pin = stackalloc byte[1];
        ReadConfiguration(PciRegister.InterruptPin, pin);
        if (pin[0] == 0) return;
        if (Directory.Exists($"{_files.Folder}/uio"))
        {
            string name = Path.GetFileName(Directory.EnumerateDirectories($"{_files.Folder}/uio").First());
            SysResult opened = LibC.OpenForWriting($"/dev/{name}", LibC.O_NONBLOCK, out SafeFileHandle file);
            if (opened.IsError)
            {
                throw new MachineException(
                    $"/dev/{name}, which tells the interrupts of {Address}, cannot be opened ({opened.Errno}).",
                    $"run it as root; or do without: echo {Address} > /sys/bus/pci/drivers/{SysfsChoice.UioDriver}/unbind");
            }

            InterruptFile = file;
            Switch(on: true);
        }
        else if (!CanSwitch())
        {
            throw new MachineException(
                $"{Address} is older than PCI 2.3: its status register does not tell of its interrupts, and nothing else does "
                + "without a driver in the kernel.",
                "use a card that can, or drive this one behind an IOMMU by VFIO");
        }

        _vector = uint.Parse(_files.ReadText("irq"), CultureInfo.InvariantCulture);
    }

    /// <summary>A card that has the switch has the status bit, too: both came with PCI 2.3. Leaves the line off.</summary>
    private bool CanSwitch()
    {
        Switch(on: true);
        ushort before = ReadUInt16(PciRegister.Command);
        Switch(on: false);
        return ((before ^ ReadUInt16(PciRegister.Command)) & PciRegister.CommandInterruptDisable) != 0;
    }

    private void Switch(bool on)
    {
        lock (_gate)
        {
            if (_isDetached) return;
            ushort command = ReadUInt16(PciRegister.Command);
            command = (ushort)(on
                ? command & ~PciRegister.CommandInterruptDisable
                : command | PciRegister.CommandInterruptDisable);
            LibC.PWrite(_configuration, &command, sizeof(ushort), PciRegister.Command);
        }
    }
}
