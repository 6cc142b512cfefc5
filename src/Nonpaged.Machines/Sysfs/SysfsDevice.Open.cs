using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;
using Nonpaged.Machines.Pci;

namespace Nonpaged.Machines.Sysfs;

internal sealed unsafe partial class SysfsDevice
{
    private const string Root = "/sys/bus/pci/devices";
    private const string UioDriver = "uio_pci_generic";
    private const string VfioDriver = "vfio-pci";

    // linux/ioport.h
    private const ulong IORESOURCE_IO = 0x100;
    private const ulong IORESOURCE_MEM = 0x200;
    private const ulong IORESOURCE_UNSET = 0x2000_0000;

    // A program that was killed has its guardian let go of the card some milliseconds later.
    private const int LockTries = 100;
    private const int LockPause = 10;

    private IReadOnlyList<PciBar> _bars = [];
    private uint? _vector;

    /// <summary>Takes a card. Nothing of it is changed yet.</summary>
    /// <exception cref="MachineException">It is not there, is in use, or may not be taken.</exception>
    public static SysfsDevice Open(string given)
    {
        string address = given.Count(character => character == ':') == 1 ? $"0000:{given}" : given;
        // A name in a folder, and no path out of it.
        bool isName = address.Length > 0 && address.All(character => char.IsAsciiHexDigitLower(character) || character is ':' or '.') && TryParse(address, out _);
        string folder = $"{Root}/{address}";
        if (!isName || !Directory.Exists(folder))
            throw new MachineException($"There is no PCI device {given}{(isName ? "" : ": a PCI address is written like 0000:00:04.0")}.", "nonpaged devices");
        _ = TryParse(address, out PciLocation location);
        CheckDriver(address, folder);
        CheckIommu(address, folder);
        SysResult opened = LibC.OpenForWriting($"{folder}/config", 0, out SafeFileHandle configuration);
        var device = new SysfsDevice(address, folder, configuration, location);
        try
        {
            if (opened.IsError) throw device.Refused("config", "opened", opened.Errno);
            device.CheckOrdinary();
            return device;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A second description of the configuration space, which stands at the command register: what is written to it next goes there. It is locked against other programs for as
    /// long as a copy of it is open.
    /// </summary>
    /// <exception cref="MachineException">Another program has the card.</exception>
    public SafeFileHandle OpenCommand()
    {
        SafeFileHandle file = OpenFile("config");
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
                ? new MachineException($"Another program drives {Address}.", $"end it: fuser -v {_folder}/config")
                : Refused("config", "locked", locked.Errno);
        }

        LibC.LSeek(file, PciRegister.Command);
        return file;
    }

    /// <summary>The command register as it is to be left behind.</summary>
    public ushort CommandAfterwards { get; private set; }

    /// <summary>The file through which the kernel is told to disable the card again; null where it was enabled before.</summary>
    public SafeFileHandle? OpenEnable() => ReadText("enable") == "0" ? OpenFile("enable") : null;

    /// <summary>Lets the card answer, without bus mastering, and learns its registers and its interrupt.</summary>
    public void Enable()
    {
        if (ReadText("enable") == "0") WriteText("enable", "1");
        _bars = [.. ReadBars()];
        foreach (PciBar bar in _bars.Where(bar => bar.IsPort)) _ports[bar.Index] = OpenFile($"resource{bar.Index}");
        OpenInterrupt();
        ushort spaces = 0;
        if (_bars.Any(bar => bar.IsPort)) spaces |= PciRegister.CommandIoSpace;
        if (_bars.Any(bar => !bar.IsPort)) spaces |= PciRegister.CommandMemorySpace;
        WriteUInt16(PciRegister.Command, (ushort)((ReadUInt16(PciRegister.Command) | spaces) & ~PciRegister.CommandBusMaster));
    }

    private static bool TryParse(string address, out PciLocation location)
    {
        location = default;
        string[] parts = address.Split(':', '.');
        if (parts is not [{ Length: >= 4 }, { Length: 2 } bus, { Length: 2 } slot, { Length: 1 } function]) return false;
        if (!byte.TryParse(bus, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte busNumber)) return false;
        if (!byte.TryParse(slot, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte slotNumber)) return false;
        if (!byte.TryParse(function, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte functionNumber)) return false;
        location = new PciLocation(busNumber, slotNumber, functionNumber);
        return true;
    }

    private static void CheckDriver(string address, string folder)
    {
        if (new FileInfo($"{folder}/driver").LinkTarget is not { } target) return;
        string driver = Path.GetFileName(target);
        if (driver == UioDriver) return;
        throw new MachineException(
            driver == VfioDriver ? $"{address} belongs to {VfioDriver}." : $"The kernel's driver {driver} uses {address}; a network interface of it ends when the driver lets go.",
            driver == VfioDriver
                ? $"nonpaged run --machine vfio --device {address}; or to use it here: echo {address} > /sys/bus/pci/drivers/{driver}/unbind"
                : $"echo {address} > /sys/bus/pci/drivers/{driver}/unbind");
    }

    /// <summary>What a device is told are then addresses of the IOMMU, and not physical ones (Documentation/ABI/testing/sysfs-kernel-iommu_groups).</summary>
    private static void CheckIommu(string address, string folder)
    {
        string type = $"{folder}/iommu_group/type";
        if (!File.Exists(type)) return;
        string kind = File.ReadAllText(type).Trim();
        if (kind is "identity" or "") return;
        throw new MachineException(
            $"{address} is behind an IOMMU, which translates what it reads and writes ({kind}): physical addresses do not reach memory.",
            $"nonpaged run --machine vfio --device {address}; or start the kernel with iommu=pt");
    }

    private void CheckOrdinary()
    {
        if (VendorId == PciRegister.NoVendor) throw new MachineException($"{Address} does not answer: its configuration space reads as ones.", $"echo 1 > {_folder}/remove; echo 1 > /sys/bus/pci/rescan");
        const byte multiFunction = 0x80;
        Span<byte> type = stackalloc byte[1];
        ReadConfiguration(PciRegister.HeaderType, type);
        if ((type[0] & ~multiFunction) != 0) throw new MachineException($"{Address} is a bridge, and no card.", "nonpaged devices");
        CommandAfterwards = (ushort)(ReadUInt16(PciRegister.Command) & ~PciRegister.CommandBusMaster);
    }

    // A line each: first and last address, and flags.
    private IEnumerable<PciBar> ReadBars()
    {
        const int baseAddressRegisters = 6;
        int index = 0;
        foreach (string line in File.ReadLines($"{_folder}/resource").Take(baseAddressRegisters))
        {
            ulong[] fields = [.. line.Split(' ').Select(field => ulong.Parse(field.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))];
            ulong length = fields[1] - fields[0] + 1;
            bool isThere = fields[1] > fields[0] && (fields[2] & (IORESOURCE_IO | IORESOURCE_MEM)) != 0 && (fields[2] & IORESOURCE_UNSET) == 0;
            if (isThere && length <= uint.MaxValue) yield return new PciBar(index, (fields[2] & IORESOURCE_IO) != 0, fields[0], (uint)length);
            index++;
        }
    }

    private string ReadText(string name) => File.ReadAllText($"{_folder}/{name}").Trim();

    private void WriteText(string name, string text)
    {
        using SafeFileHandle file = OpenFile(name);
        SysResult written = LibC.Write(file, System.Text.Encoding.ASCII.GetBytes(text));
        if (written.IsError) throw Refused(name, "written", written.Errno);
    }
}
