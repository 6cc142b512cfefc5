using System.Globalization;

namespace Nonpaged.Guest.Tests.Sysfs;

/// <summary>A machine without an IOMMU and with two cards, which no driver of the kernel's has yet, and with hugepages.</summary>
public sealed class SysfsGuest : IAsyncLifetime
{
    public const string E1000 = "0000:00:04.0";
    public const string Rtl8139 = "0000:00:05.0";
    public const int Hugepages = 32;

    internal Guest Guest { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Guest = await Guest.BootAsync(new GuestOptions { Nics = ["e1000", "rtl8139"] });
        await Guest.DoAsync($"echo {Hugepages} > /proc/sys/vm/nr_hugepages");
    }

    public ValueTask DisposeAsync() => Guest.DisposeAsync();

    /// <summary>
    /// The card may read and write memory: bit 2 of the command register, at offset 4 (PCI Local Bus 3.0, 6.2.2).
    /// </summary>
    internal async Task<bool> IsBusMasterAsync(string device)
    {
        GuestResult command = await Guest.DoAsync($"hexdump -s 4 -n 2 -e '1/2 \"%u\"' /sys/bus/pci/devices/{device}/config");
        return (int.Parse(command.Output, CultureInfo.InvariantCulture) & 4) != 0;
    }

    internal async Task<int> FreeHugepagesAsync() =>
        int.Parse((await Guest.DoAsync("sed -n 's/HugePages_Free: *//p' /proc/meminfo")).Output, CultureInfo.InvariantCulture);
}
