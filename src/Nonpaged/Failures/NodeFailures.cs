using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>Why memory of a NUMA node cannot be allocated.</summary>
internal static class NodeFailures
{
    public static AllocationFailure Missing(int node, string online) => new(
        FailureKind.NoNode,
        $"There is no NUMA node {node}.",
        $"the nodes of this machine: {online}",
        "ask for memory on one of these, or on any");

    public static AllocationFailure NoMemory(int node, string withMemory) => new(
        FailureKind.NoNode,
        $"NUMA node {node} has no memory.",
        $"the nodes with memory: {withMemory}",
        "ask for memory on one of these, or on any");

    public static AllocationFailure TooLittle(int node, nuint length, Rung rung, string limit, string remedy) => new(
        FailureKind.NoNode, $"NUMA node {node} has no {length} bytes for the rung \"{rung.Name}\".", limit, remedy);

    /// <summary>A call that many containers forbid.</summary>
    public static AllocationFailure Forbidden(string reason, string call, Errno errno) => new(
        FailureKind.NoNode,
        $"{reason}: {call}(2) is forbidden here ({errno}).",
        $"a seccomp filter, which allows {call} with CAP_SYS_NICE only (containers)",
        $"--cap-add=SYS_NICE, or a seccomp profile that allows {call}; or ask for memory on any node")
    { Errno = (int)errno };

    public static AllocationFailure NotBound(int node, Errno errno) => new(
        FailureKind.NoNode,
        $"Memory cannot be bound to NUMA node {node} (mbind: {errno}).",
        $"the kernel's answer, {errno}; the nodes that this process may use: cpuset(7)",
        "grep Mems_allowed_list /proc/self/status")
    { Errno = (int)errno };

    public static AllocationFailure NotTold(Errno errno) => new(
        FailureKind.NoNode,
        $"The kernel does not tell the NUMA node of memory (move_pages: {errno}).",
        $"the kernel's answer, {errno}",
        "nonpaged doctor")
    { Errno = (int)errno };

    public static AllocationFailure Elsewhere(int other, int all, int node, string meminfo) => new(
        FailureKind.NoNode,
        $"{other} of {all} pieces of memory lie on another NUMA node than {node} (move_pages).",
        $"free memory of node {node}",
        $"free memory there: cat {meminfo}");
}
