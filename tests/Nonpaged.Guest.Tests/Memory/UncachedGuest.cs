namespace Nonpaged.Guest.Tests.Memory;

/// <summary>A machine with memory reserved at boot, with a device that has memory, and with two cards.</summary>
public sealed class UncachedGuest : IAsyncLifetime
{
    public const ulong Start = 0x1000_0000;
    public const ulong Length = 64 << 20;
    public const string Region = "64M@0x10000000";
    public const string DeviceMemory = "0000:00:06.0/resource2";

    internal Guest Guest { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Guest = await Guest.BootAsync(new GuestOptions
        {
            Nics = ["e1000", "rtl8139"],
            Kernel = "memmap=64M$0x10000000",
            // ivshmem has nothing but memory in its register 2, which is prefetchable (docs/specs/ivshmem-spec.txt).
            Qemu = ["-object", "memory-backend-ram,id=shared,size=16M,share=on", "-device", "ivshmem-plain,memdev=shared,addr=6"],
        });
        await Guest.DoAsync("echo 16 > /proc/sys/vm/nr_hugepages");
    }

    public ValueTask DisposeAsync() => Guest.DisposeAsync();
}
