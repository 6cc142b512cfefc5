namespace Nonpaged.Machines.Tests.Vfio;

/// <summary>
/// A folder that stands for /, with PCI functions as sysfs shows them. Nothing in it acts: what is written stays as it is.
/// </summary>
internal sealed class FakePci : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("nonpaged-pci-");

    public string Root => _root.FullName;

    public FakePci Add(
        string address, string type = "0x020000", string? driver = null, int? group = null, string? net = null, bool isUp = false)
    {
        string folder = $"{Root}/sys/bus/pci/devices/{address}";
        Directory.CreateDirectory(folder);
        Write($"{folder}/vendor", "0x8086");
        Write($"{folder}/device", "0x100e");
        Write($"{folder}/class", type);
        Write($"{folder}/irq", "11");
        Write($"{folder}/driver_override", "(null)");
        Write($"{Root}/sys/bus/pci/drivers_probe", "");
        if (driver is not null) Link($"{folder}/driver", $"{Root}/sys/bus/pci/drivers/{driver}");
        if (group is not null) Link($"{folder}/iommu_group", $"{Root}/sys/kernel/iommu_groups/{group}");
        Directory.CreateDirectory($"{Root}/proc");
        if (net is null) return this;
        Directory.CreateDirectory($"{folder}/net/{net}");
        Write($"{folder}/net/{net}/flags", isUp ? "0x1003" : "0x1002");
        return this;
    }

    public FakePci AddDriver(string name)
    {
        Directory.CreateDirectory($"{Root}/sys/bus/pci/drivers/{name}");
        return this;
    }

    public string Override(string address) => File.ReadAllText($"{Root}/sys/bus/pci/devices/{address}/driver_override").Trim();

    /// <summary>A process that has a group open.</summary>
    public FakePci AddUser(int process, string name, int group)
    {
        Directory.CreateDirectory($"{Root}/proc/{process}/fd");
        Write($"{Root}/proc/{process}/comm", name);
        File.CreateSymbolicLink($"{Root}/proc/{process}/fd/7", $"/dev/vfio/{group}");
        return this;
    }

    public void Dispose() => _root.Delete(recursive: true);

    private static void Write(string path, string text) => File.WriteAllText(path, $"{text}\n");

    private static void Link(string path, string target)
    {
        Directory.CreateDirectory(target);
        Directory.CreateSymbolicLink(path, target);
    }
}
