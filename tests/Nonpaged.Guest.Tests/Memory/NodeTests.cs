using System.Globalization;
using System.Text.Json;

namespace Nonpaged.Guest.Tests.Memory;

/// <summary>A machine with two NUMA nodes that have memory, and a third with a CPU alone.</summary>
public sealed class NodeTests : IAsyncLifetime
{
    private const ulong EndOfNode0 = 512 << 20;

    private Guest _guest = null!;

    public async ValueTask InitializeAsync() => _guest = await Guest.BootAsync(new GuestOptions
    {
        Memory = 1024,
        Qemu =
        [
            "-smp", "3",
            "-object", "memory-backend-ram,id=m0,size=512M", "-object", "memory-backend-ram,id=m1,size=512M",
            "-numa", "node,nodeid=0,memdev=m0,cpus=0", "-numa", "node,nodeid=1,memdev=m1,cpus=1", "-numa", "node,nodeid=2,cpus=2",
        ],
    });

    public ValueTask DisposeAsync() => _guest.DisposeAsync();

    [Fact]
    public async Task Blocks_lie_on_the_node_that_was_asked_for_and_on_one_without_memory_they_fail_with_the_reason()
    {
        foreach (int node in (int[])[0, 1])
        {
            // Collapsed ones first, then single ones, then hugepages that are on this node alone.
            await AssertOnNodeAsync(node, "collapsed memfd", "--length 8M");
            await _guest.DoAsync("echo deny > /sys/kernel/mm/transparent_hugepage/shmem_enabled");
            await AssertOnNodeAsync(node, "4 KiB pages", "--length 8M");
            await _guest.DoAsync($"echo 8 > /sys/devices/system/node/node{node}/hugepages/hugepages-2048kB/nr_hugepages");
            await AssertOnNodeAsync(node, "hugepage pool", "--length 8M");
            await AssertOnNodeAsync(node, "hugepage pool", "--length 2M --contiguous");
            // The other node has none of these, and what is asked for there is not taken from here.
            await AssertOnNodeAsync(1 - node, "4 KiB pages", "--length 8M");
            await _guest.DoAsync($"echo 0 > /sys/devices/system/node/node{node}/hugepages/hugepages-2048kB/nr_hugepages; "
                + "echo never > /sys/kernel/mm/transparent_hugepage/shmem_enabled");
        }

        JsonElement failure = await RefusedAsync("--length 4K --node 2");
        Assert.Equal("NUMA node 2 has no memory.", failure.GetProperty("reason").GetString());
        Assert.Equal("the nodes with memory: 0-1", failure.GetProperty("limit").GetString());
        failure = await RefusedAsync("--length 4K --node 7");
        Assert.Equal("There is no NUMA node 7.", failure.GetProperty("reason").GetString());
        failure = await RefusedAsync("--length 900M --node 1");
        Assert.Contains("NUMA node 1 has no", failure.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    /// <summary>
    /// Node 0 has the lower half of RAM (QEMU gives nodes memory in their order), which does not ask
    /// the program where its memory is.
    /// </summary>
    private async Task AssertOnNodeAsync(int node, string rung, string arguments)
    {
        JsonElement obtained = (await _guest.DoAsync($"nonpaged alloc {arguments} --node {node} --json")).Json
            .GetProperty("obtained");
        Assert.Equal((rung, node), (obtained.GetProperty("rung").GetString(), obtained.GetProperty("node").GetInt32()));
        Assert.Contains("move_pages", obtained.GetProperty("evidence").GetString(), StringComparison.Ordinal);
        foreach (JsonElement range in obtained.GetProperty("physicalRanges").EnumerateArray())
        {
            ulong start = ulong.Parse(
                range.GetProperty("start").GetString().AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            Assert.Equal(node, start < EndOfNode0 ? 0 : 1);
        }
    }

    private async Task<JsonElement> RefusedAsync(string arguments)
    {
        GuestResult result = await _guest.RunAsync($"nonpaged alloc {arguments} --json");
        Assert.Equal(1, result.ExitCode);
        return result.Json.GetProperty("failure");
    }
}
