using Nonpaged.Interop;

namespace Nonpaged.Tests.Extents;

/// <summary>NUMA nodes on a host that has one, or whatever it has; two and one without memory are proved in a guest.</summary>
[Collection("host memory")]
public sealed unsafe class NodeRequestTests
{
    [Theory]
    [InlineData(MemoryRung.Collapsed)]
    [InlineData(MemoryRung.SmallPages)]
    public void Memory_asked_for_on_node_0_lies_there(MemoryRung rung)
    {
        using var pool = NonpagedPool.Create(new NonpagedPoolOptions { Ladder = [rung] });
        using MemoryBlock block = pool.Allocate(new MemoryRequest(3 << 20) { Node = 0 });
        Assert.Equal(0, block.Obtained.Node);
        nuint[] pages = [.. Enumerable.Range(0, 768).Select(page => (nuint)block.Address + ((nuint)page << 12))];
        int[] nodes = new int[pages.Length];
        Assert.False(LibC.GetNodes(pages, nodes).IsError);
        Assert.All(nodes, node => Assert.Equal(0, node));
        using MemoryBlock anywhere = pool.Allocate(new MemoryRequest(4096) { WholePages = true });
        Assert.True(anywhere.Obtained.Node is null or 0);
    }

    [Fact]
    public void A_node_that_there_is_not_is_refused_with_those_that_there_are()
    {
        using var pool = NonpagedPool.Create();
        Assert.False(pool.TryAllocate(new MemoryRequest(4096) { Node = 999 }, out _, out AllocationFailure? failure));
        Assert.Equal("There is no NUMA node 999.", failure.Reason);
        Assert.Throws<ArgumentException>(() => pool.TryAllocate(new MemoryRequest(4096) { Node = -1 }, out _, out failure));
        Assert.Equal(0UL, pool.HeldBytes);
    }

    [Theory]
    [InlineData("mbind")]
    [InlineData("move_pages")]
    public void On_a_machine_with_one_node_the_calls_that_containers_forbid_are_not_needed(string call)
    {
        Assert.SkipUnless(
            File.ReadAllText("/sys/devices/system/node/online").Trim() == "0", "This machine has several NUMA nodes.");
        using var hook = new Faults.FaultHook(call, 1, Interop.Errno.EPERM);
        using var pool = NonpagedPool.Create();
        using MemoryBlock block = pool.Allocate(new MemoryRequest(4096) { Node = 0 });
        Assert.Equal(0, block.Obtained.Node);
        Assert.False(hook.HasFired);
    }

    [Fact]
    public void A_call_for_nodes_that_is_forbidden_is_told_with_the_capability_that_allows_it()
    {
        AllocationFailure failure = NodeFailures.Forbidden("Memory cannot be bound to NUMA node 1", "mbind", Interop.Errno.EPERM);
        Assert.Equal((FailureKind.NoNode, (int)Interop.Errno.EPERM), (failure.Kind, failure.Errno));
        Assert.Contains("seccomp", failure.Limit, StringComparison.Ordinal);
        Assert.Contains("CAP_SYS_NICE", failure.Limit, StringComparison.Ordinal);
        Assert.DoesNotContain("cpuset", $"{failure}", StringComparison.Ordinal);
    }
}
