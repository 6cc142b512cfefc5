using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;
using Nonpaged.Machines.Pci;

namespace Nonpaged.Machines.Sysfs;

internal sealed unsafe partial class SysfsDevice
{
    private volatile bool _isMasked;

    /// <summary>Where uio_pci_generic has the card: reading it takes an interrupt, after which the card's line is off until its command register says otherwise.</summary>
    public SafeFileHandle? InterruptFile { get; private set; }

    /// <summary>Nobody in the kernel listens, so the line is off, and the status register tells what it would say (PCI Local Bus 3.0, 6.2.3).</summary>
    private bool IsPolled => InterruptFile is null;

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

    /// <summary>Turns bus mastering off and stops answering. What the card has written is in memory then: the answer of a read comes after it (PCI Local Bus 3.0, 3.2.5).</summary>
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

    private void OpenInterrupt()
    {
        Span<byte> pin = stackalloc byte[1];
        ReadConfiguration(PciRegister.InterruptPin, pin);
        if (pin[0] == 0) return;
        if (Directory.Exists($"{_folder}/uio"))
        {
            string name = Path.GetFileName(Directory.EnumerateDirectories($"{_folder}/uio").First());
            SysResult opened = LibC.OpenForWriting($"/dev/{name}", LibC.O_NONBLOCK, out SafeFileHandle file);
            if (opened.IsError)
                throw new MachineException($"/dev/{name}, which tells the interrupts of {Address}, cannot be opened ({opened.Errno}).", $"run it as root; or do without: echo {Address} > /sys/bus/pci/drivers/{UioDriver}/unbind");
            InterruptFile = file;
            Switch(on: true);
        }
        else if (!CanSwitch())
        {
            throw new MachineException(
                $"{Address} is older than PCI 2.3: its status register does not tell of its interrupts, and nothing else does without a driver in the kernel.",
                "use a card that can, or drive this one behind an IOMMU by VFIO");
        }

        _vector = uint.Parse(ReadText("irq"), CultureInfo.InvariantCulture);
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
            command = (ushort)(on ? command & ~PciRegister.CommandInterruptDisable : command | PciRegister.CommandInterruptDisable);
            LibC.PWrite(_configuration, &command, sizeof(ushort), PciRegister.Command);
        }
    }
}
