using System.Globalization;

namespace Nonpaged.Machines.Sysfs;

/// <summary>
/// Whether a card may be taken: it exists, no driver of the kernel uses it, and no IOMMU is between it and memory.
/// </summary>
internal static class SysfsChoice
{
    private const string Root = "/sys/bus/pci/devices";
    private const string VfioDriver = "vfio-pci";

    /// <summary>The driver of the kernel that may have it.</summary>
    public const string UioDriver = "uio_pci_generic";

    /// <summary>Finds a card by its PCI address, whose domain may be left out.</summary>
    /// <exception cref="MachineException">It is not there, is in use, or may not be taken.</exception>
    public static (SysfsFiles Files, string Address, PciLocation Location) Find(string given)
    {
        string address = given.Count(character => character == ':') == 1 ? $"0000:{given}" : given;
        // A name in a folder, and no path out of it.
        bool isName = address.Length > 0
            && address.All(character => char.IsAsciiHexDigitLower(character) || character is ':' or '.')
            && TryParse(address, out _);
        string folder = $"{Root}/{address}";
        if (!isName || !Directory.Exists(folder))
        {
            string form = isName ? "" : ": a PCI address is written like 0000:00:04.0";
            throw new MachineException($"There is no PCI device {given}{form}.", "nonpaged devices");
        }

        _ = TryParse(address, out PciLocation location);
        CheckDriver(address, folder);
        CheckIommu(address, folder);
        return (new SysfsFiles(folder, address), address, location);
    }

    private static bool TryParse(string address, out PciLocation location)
    {
        location = default;
        string[] parts = address.Split(':', '.');
        if (parts is not [{ Length: >= 4 }, { Length: 2 } bus, { Length: 2 } slot, { Length: 1 } function]) return false;
        if (!TryParseNumber(bus, out byte busNumber) || !TryParseNumber(slot, out byte slotNumber)) return false;
        if (!TryParseNumber(function, out byte functionNumber)) return false;
        location = new PciLocation(busNumber, slotNumber, functionNumber);
        return true;
    }

    private static bool TryParseNumber(string digits, out byte number) =>
        byte.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);

    private static void CheckDriver(string address, string folder)
    {
        if (new FileInfo($"{folder}/driver").LinkTarget is not { } target) return;
        string driver = Path.GetFileName(target);
        if (driver == UioDriver) return;
        string unbind = $"echo {address} > /sys/bus/pci/drivers/{driver}/unbind";
        throw new MachineException(
            driver == VfioDriver
                ? $"{address} belongs to {VfioDriver}."
                : $"The kernel's driver {driver} uses {address}; a network interface of it ends when the driver lets go.",
            driver == VfioDriver ? $"nonpaged run --machine vfio --device {address}; or to use it here: {unbind}" : unbind);
    }

    /// <summary>
    /// What a device is told are then addresses of the IOMMU, and not physical ones
    /// (Documentation/ABI/testing/sysfs-kernel-iommu_groups).
    /// </summary>
    private static void CheckIommu(string address, string folder)
    {
        string type = $"{folder}/iommu_group/type";
        if (!File.Exists(type)) return;
        string kind = File.ReadAllText(type).Trim();
        if (kind is "identity" or "") return;
        throw new MachineException(
            $"{address} is behind an IOMMU, which translates what it reads and writes ({kind}): "
            + "physical addresses do not reach memory.",
            $"nonpaged run --machine vfio --device {address}; or start the kernel with iommu=pt");
    }
}
