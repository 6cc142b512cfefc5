using System.Text.Json;

namespace Nonpaged.Guest.Tests.Sysfs;

/// <summary>
/// A machine with 4 GiB of RAM, half of it above the physical address 4 GiB, and a card that takes 32 bits of an address.
/// </summary>
public sealed class HighMemoryTests : IAsyncLifetime
{
    private const string Run = "nonpaged run --machine sysfs --device 0000:00:04.0 --count 3 --json";

    // Where the card writes when the upper half of the first address is cut off nobody lives.
    private const string High = "64M@0x110000000";
    private const string Low = "64M@0x10000000";

    private Guest _guest = null!;

    public async ValueTask InitializeAsync() => _guest = await Guest.BootAsync(new GuestOptions
    {
        Memory = 4096,
        Nics = ["rtl8139"],
        Kernel = "memmap=64M$0x10000000 memmap=64M$0x110000000",
    });

    public ValueTask DisposeAsync() => _guest.DisposeAsync();

    [Fact]
    public async Task A_ring_above_4_GiB_receives_nothing_and_the_driver_s_limit_is_met_or_refused_with_the_reason()
    {
        // The card answers to its frame's low half: told a limit that it does not have, the driver gets a
        // ring that the card cannot reach.
        await _guest.DoAsync($"({Run} --noncached uncached --region {High} --set DmaAddressBits=64 >/tmp/run 2>/tmp/log & echo "
            + "$! >/tmp/pid; wait $!; echo $? >/tmp/code) &");
        // Whatever goes out, it asks for a lease again where it has no answer.
        if (!await Guest.UntilAsync(() => Task.FromResult(_guest.Traffic().Count() >= 3)))
            Assert.Fail((await _guest.RunAsync("cat /tmp/log /tmp/run")).Output);
        await _guest.DoAsync("kill -TERM $(cat /tmp/pid); until test -s /tmp/code; do sleep 0.1; done");
        GuestResult high = await _guest.DoAsync("cat /tmp/run");
        Assert.NotEqual("0\n", (await _guest.DoAsync("cat /tmp/code")).Output);
        Assert.Equal(0, high.Json.GetProperty("frames").GetProperty("received").GetInt32());
        Assert.Equal(JsonValueKind.Null, high.Json.GetProperty("address").ValueKind);

        // With its true limit the same memory is refused, and the reason is the limit.
        GuestResult refused = await _guest.RunAsync($"{Run} --noncached uncached --region {High} 2>/dev/null");
        Assert.Contains(
            "at or below 0xffffffff",
            refused.Json.GetProperty("failure").GetProperty("reason").GetString(),
            StringComparison.Ordinal);

        // Memory below, reserved at boot, serves: uncached, and cached for a request that the kernel's own memory does not meet.
        Assert.Equal(3, Received(await _guest.DoAsync($"{Run} --noncached uncached --region {Low} 2>/dev/null")));
        Assert.Equal(3, Received(await _guest.DoAsync($"{Run} --region {Low},wb 2>/dev/null")));

        GuestResult host = await _guest.RunAsync($"{Run} 2>/dev/null");
        if (host.ExitCode == 0) Assert.Equal(3, Received(host));
        else Assert.Contains(
            "0xffffffff", host.Json.GetProperty("failure").GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    private static int Received(GuestResult result) => result.Json.GetProperty("ping").GetProperty("received").GetInt32();
}
