namespace Nonpaged.Guest.Tests.Vfio;

/// <summary>A machine with an IOMMU and three cards, which the kernel's own drivers have until they are bound.</summary>
public sealed class VfioGuest : IAsyncLifetime
{
    public const string E1000 = "0000:00:04.0";
    public const string Rtl8139 = "0000:00:05.0";
    public const string E1000e = "0000:00:06.0";

    // busybox does not follow a module's soft dependencies, as vfio has one on vfio_iommu_type1.
    public const string Modules = "modprobe -a e1000 8139cp vfio_iommu_type1 vfio-pci";

    internal Guest Guest { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Guest = await Guest.BootAsync(new GuestOptions { Nics = ["e1000", "rtl8139", "e1000e"], Iommu = true });
        await Guest.DoAsync(Modules);
    }

    public ValueTask DisposeAsync() => Guest?.DisposeAsync() ?? ValueTask.CompletedTask;

    /// <summary>Has VFIO have a card, whoever has it.</summary>
    internal Task BindAsync(string device) => Guest.DoAsync($"nonpaged bind {device}");

    internal async Task<string> DriverOfAsync(string device) =>
        (await Guest.DoAsync($"basename $(readlink /sys/bus/pci/devices/{device}/driver)")).Output.Trim();

    /// <summary>Bus mastering is bit 2 of the command register, at offset 4.</summary>
    internal async Task<bool> IsBusMasterAsync(string device)
    {
        GuestResult command = await Guest.DoAsync($"hexdump -s 4 -n 2 -e '1/2 \"%u\"' /sys/bus/pci/devices/{device}/config");
        return (int.Parse(command.Output, System.Globalization.CultureInfo.InvariantCulture) & 4) != 0;
    }
}
