using System.Globalization;

namespace Nonpaged.Machines.Vfio;

/// <summary>The PCI functions of this machine.</summary>
/// <param name="root">The folder that stands for /, without a slash at its end; empty for / itself.</param>
internal sealed class PciFunctions(string root = "")
{
    private const uint InterfaceUp = 1;

    private string Devices => $"{root}/sys/bus/pci/devices";

    /// <summary>All of them, in the order of their addresses.</summary>
    public IReadOnlyList<PciFunction> All() => !Directory.Exists(Devices) ? []
        : [.. Directory.EnumerateFileSystemEntries(Devices)
            .Select(Path.GetFileName)
            .Order(StringComparer.Ordinal)
            .Select(name => TryRead(name!))
            .OfType<PciFunction>()];

    /// <summary>The one with an address, which may leave the domain 0000 out.</summary>
    /// <exception cref="MachineException">There is none.</exception>
    public PciFunction Find(string address)
    {
        ArgumentNullException.ThrowIfNull(address);
        string full = address.Count(character => character == ':') == 1 ? $"0000:{address}" : address;
        // An address is a name in a folder, and never a path out of it.
        bool isName = full.All(character => char.IsAsciiHexDigitLower(character) || character is ':' or '.')
            && full.Contains(':', StringComparison.Ordinal);
        if (isName && TryRead(full) is { } function) return function;
        string[] cards = [.. All().Where(one => one.IsNetwork).Select(one => one.Address)];
        throw new MachineException(
            $"There is no PCI device {address}.{(cards.Length == 0 ? "" : $" Network cards are at {string.Join(", ", cards)}.")}",
            "nonpaged devices");
    }

    /// <summary>Those of an IOMMU group.</summary>
    public IReadOnlyList<PciFunction> InGroup(int group) => [.. All().Where(function => function.Group == group)];

    private PciFunction? TryRead(string address)
    {
        string folder = $"{Devices}/{address}";
        if (ReadNumber($"{folder}/vendor") is not { } vendor || ReadNumber($"{folder}/device") is not { } device) return null;
        string[] interfaces = Directory.Exists($"{folder}/net") ? [.. Directory.EnumerateDirectories($"{folder}/net")
            .Select(path => Path.GetFileName(path))
            .Order(StringComparer.Ordinal)] : [];
        return new PciFunction
        {
            Address = address,
            VendorId = (ushort)vendor,
            DeviceId = (ushort)device,
            Class = ReadNumber($"{folder}/class") ?? 0,
            Driver = TargetName($"{folder}/driver"),
            Group = int.TryParse(TargetName(
                $"{folder}/iommu_group"), NumberStyles.None, CultureInfo.InvariantCulture, out int group) ? group : null,
            Interfaces = interfaces,
            InterfacesUp = [.. interfaces.Where(name => (ReadNumber($"{folder}/net/{name}/flags") & InterfaceUp) == InterfaceUp)],
            Irq = ReadNumber($"{folder}/irq") ?? 0,
        };
    }

    private static string? TargetName(string link)
    {
        try
        {
            return new FileInfo(link).LinkTarget is { } target ? Path.GetFileName(target) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    // "0x8086" or "11". A device may go away while it is looked at.
    private static uint? ReadNumber(string path)
    {
        try
        {
            string text = File.ReadAllText(path).Trim();
            bool isHexadecimal = text.StartsWith("0x", StringComparison.Ordinal);
            return uint.TryParse(
                isHexadecimal ? text.AsSpan(2) : text, isHexadecimal
                    ? NumberStyles.AllowHexSpecifier
                    : NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
