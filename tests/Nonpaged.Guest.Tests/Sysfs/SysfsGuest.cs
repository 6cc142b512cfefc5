namespace Nonpaged.Guest.Tests.Sysfs;

/// <summary>A machine without an IOMMU and with two cards, which no driver of the kernel's has yet, and with hugepages.</summary>
public sealed class SysfsGuest : IAsyncLifetime
{
    public const string E1000 = "0000:00:04.0";
    public const string Rtl8139 = "0000:00:05.0";

    internal Guest Guest { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Guest = await Guest.BootAsync(new GuestOptions { Nics = ["e1000", "rtl8139"] });
        await Guest.DoAsync("echo 32 > /proc/sys/vm/nr_hugepages");
    }

    public ValueTask DisposeAsync() => Guest.DisposeAsync();
}
