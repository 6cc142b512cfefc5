using System.Globalization;
using System.Text.Json;

namespace Nonpaged.Guest.Tests.Memory;

/// <summary>
/// A machine that swaps, and that takes memory out of use, half of which is in the movable zone
/// (kernel-parameters.txt, movablecore).
/// </summary>
public sealed class PinTests : IAsyncLifetime
{
    private const string Memory = "/sys/devices/system/memory";

    private static readonly string[] s_kinds = ["io_uring", "pipe"];

    private Guest _guest = null!;

    public async ValueTask InitializeAsync() =>
        _guest = await Guest.BootAsync(new GuestOptions { Memory = 1024, Kernel = "movablecore=512M" });

    public ValueTask DisposeAsync() => _guest.DisposeAsync();

    [Fact]
    public async Task Each_kind_of_pin_holds_under_swap_and_pageout_while_other_memory_is_paged_out()
    {
        await _guest.DoAsync("modprobe brd rd_nr=1 rd_size=131072; mkswap /dev/ram0; swapon /dev/ram0");
        JsonElement[] rows =
            [.. (await _guest.DoAsync("nonpaged prove --size 16M --json")).Json.GetProperty("rows").EnumerateArray()];
        foreach (string kind in s_kinds)
        {
            JsonElement[] ours = [.. rows.Where(row => Text(row, "pin") == kind)];
            Assert.Contains(ours, row => Text(row, "attack") == "pageout" && Text(row, "rung") == "4 KiB pages");
            Assert.All(ours, row => Assert.Equal((0UL, 0UL), (Count(row, "moved"), Count(row, "changed"))));
        }

        // The same advice takes every page of other memory, which comes back to other frames.
        JsonElement array = Assert.Single(rows, row => Text(row, "attack") == "pageout" && Text(row, "memory") == "gc-pinned");
        Assert.True(Count(array, "moved") > 2048, $"{array}");
        Assert.Equal(0UL, Count(array, "changed"));
    }

    [Fact]
    public async Task Memory_that_is_taken_out_of_use_takes_locked_pages_along_and_pinned_ones_stay()
    {
        Assert.SkipUnless(
            (await _guest.RunAsync($"test -e {Memory}/block_size_bytes")).ExitCode == 0,
            "the guest's kernel takes no memory out of use");
        ulong block = Hex((await _guest.DoAsync($"cat {Memory}/block_size_bytes")).Output.Trim());
        // The locked one in the middle, so that it has pinned neighbours in its block of memory.
        await HoldAsync("pipe", "NONPAGED_PINS=pipe", "--pin any");
        await HoldAsync("none", "", "--pin none");
        await HoldAsync("io_uring", "NONPAGED_PINS=io_uring", "--pin any");
        var before = new Dictionary<string, string>();
        foreach (string name in (string[])["pipe", "none", "io_uring"]) before[name] = await FramesAsync(name);

        // References leave memory where it is, also in the movable zone; a long-term pin takes it out
        // of there first (FOLL_LONGTERM).
        foreach (string name in (string[])["io_uring", "pipe", "none"])
        {
            await TakeOutAsync(before[name], block);
            if (name == "none") continue;
            foreach (ulong number in BlocksOf(before[name], block))
                Assert.Equal("online\n", (await _guest.DoAsync($"cat {Memory}/memory{number}/state")).Output);
        }

        // A slow machine may not get to the locked pages in one turn.
        bool isTried = false;
        for (int turn = 1; turn < 10 && before["none"] == await FramesAsync("none"); turn++)
            isTried |= await TakeOutAsync(before["none"], block);
        foreach (string kind in s_kinds) Assert.Equal(before[kind], await FramesAsync(kind));
        string after = await FramesAsync("none");
        Assert.SkipWhen(
            after == before["none"] && !isTried,
            "This machine's guest has memory of its kernel beside the locked pages, and refuses at once to take that out of use");
        Assert.NotEqual(before["none"], after);
    }

    // Whether the kernel tried, and did not refuse at once, as it does where a block has what can't be moved.
    private async Task<bool> TakeOutAsync(string frames, ulong block)
    {
        const int timedOut = 124;
        bool isTried = false;
        // Without a signal the kernel tries for ever (mm/memory_hotplug.c, offline_pages).
        foreach (ulong number in BlocksOf(frames, block))
        {
            GuestResult result =
                await _guest.RunAsync($"timeout 4 sh -c 'echo offline >{Memory}/memory{number}/state' 2>/dev/null");
            // What was taken out moved with it.
            isTried |= result.ExitCode is 0 or timedOut;
        }

        return isTried;
    }

    private async Task HoldAsync(string name, string environment, string arguments)
    {
        await _guest.DoAsync($"{environment} nonpaged alloc --length 16M {arguments} --hold 3600 --json >/tmp/{name} 2>&1 & echo "
            + $"$! >/tmp/{name}.pid");
        // A file that is still written may end within the object.
        string isWhole = $"test -z \"$(tail -c 1 /tmp/{name})\" && tail -n 1 /tmp/{name} | grep -q '^{{'";
        bool isThere = await Guest.UntilAsync(async () => (await _guest.RunAsync(isWhole)).ExitCode == 0);
        GuestResult said = await _guest.DoAsync($"cat /tmp/{name}");
        Assert.True(isThere && said.Json.GetProperty("obtained").ValueKind == JsonValueKind.Object, $"{said}");
        Assert.Equal(name, said.Json.GetProperty("obtained").GetProperty("pin").GetString());
    }

    /// <summary>The pool's physical runs, as the kernel tells them from outside.</summary>
    private async Task<string> FramesAsync(string name)
    {
        JsonElement pool = (await _guest.DoAsync($"nonpaged map --pid $(cat /tmp/{name}.pid) --json")).Json
            .GetProperty("pools")[0];
        Assert.Equal(pool.GetProperty("length").GetUInt64(), pool.GetProperty("known").GetUInt64());
        return string.Join(
            ' ', pool.GetProperty("extents").EnumerateArray().SelectMany(extent => extent.GetProperty("runs").EnumerateArray())
                .Select(run => $"{run.GetProperty("start").GetString()}+{run.GetProperty("length").GetUInt64()}"));
    }

    private static IEnumerable<ulong> BlocksOf(string runs, ulong block) =>
        runs.Split(' ').Select(run => run.Split('+')).SelectMany(run =>
        {
            ulong start = Hex(run[0]), end = start + ulong.Parse(run[1], CultureInfo.InvariantCulture);
            return (ulong[])[start / block, (end - 1) / block];
        }).Distinct();

    private static ulong Hex(string text) =>
        ulong.Parse(text.StartsWith("0x", StringComparison.Ordinal) ? text[2..]
            : text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static string? Text(JsonElement row, string member) => row.GetProperty(member).GetString();

    private static ulong? Count(JsonElement row, string member) =>
        row.GetProperty(member).ValueKind == JsonValueKind.Null ? null : row.GetProperty(member).GetUInt64();
}
