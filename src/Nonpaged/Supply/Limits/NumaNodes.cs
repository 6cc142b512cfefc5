using System.Globalization;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>The NUMA nodes of the host (numa(7); Documentation/ABI/stable/sysfs-devices-node).</summary>
internal static unsafe class NumaNodes
{
    private const string Root = "/sys/devices/system/node";

    // Bound to a node that runs out, the kernel kills processes to gain memory there, although others have some.
    private const ulong Reserve = 16 << 20;

    /// <summary>Null, or why so many bytes cannot be allocated on a node.</summary>
    public static AllocationFailure? Refuse(int node, nuint length, Rung rung)
    {
        // A kernel without NUMA has one node and does not speak of it.
        if (!Directory.Exists(Root)) return node == 0 ? null : NodeFailures.Missing(node, "0");
        if (!Directory.Exists($"{Root}/node{node}"))
            return NodeFailures.Missing(node, KernelText.TryRead($"{Root}/online")?.Trim() ?? "?");
        string withMemory = KernelText.TryRead($"{Root}/has_memory")?.Trim() ?? "?";
        if (!Contains(withMemory, node))
            return NodeFailures.NoMemory(node, withMemory);
        bool isPool = rung.Kind is MemoryRung.HugepagePool or MemoryRung.GiantPages;
        ulong free = isPool ? FreeHugepages(node, rung.Unit) * rung.Unit : FreeMemory(node);
        if (length + (isPool ? 0 : Reserve) <= free) return null;
        if (!isPool) return NodeFailures.TooLittle(
            node, length, rung, $"{free} free bytes; the pool leaves {Reserve} to the system",
            "ask for less, or on another node");
        string pages = $"{Root}/node{node}/hugepages/hugepages-{rung.Unit >> 10}kB/nr_hugepages";
        return NodeFailures.TooLittle(
            node, length, rung, $"{free} free bytes in huge pages of {rung.Unit >> 10} KiB",
            $"echo {(length + rung.Unit - 1) / rung.Unit} > {pages}");
    }

    /// <summary>Null, or why pages that are to come cannot be bound to a node.</summary>
    public static AllocationFailure? Bind(nuint start, nuint length, int node)
    {
        if (IsOnly(node)) return null;
        SysResult bound = LibC.MBind((void*)start, length, node);
        if (!bound.IsError) return null;
        if (bound.Errno is Errno.EPERM or Errno.ENOSYS)
            return NodeFailures.Forbidden($"Memory cannot be bound to NUMA node {node}", "mbind", bound.Errno);
        return NodeFailures.NotBound(node, bound.Errno);
    }

    /// <summary>Asks the kernel where each unit lies: null where all do on the node.</summary>
    public static AllocationFailure? Check(nuint start, nuint length, nuint unit, int node)
    {
        if (IsOnly(node)) return null;
        nuint[] pages = new nuint[length / unit];
        for (int i = 0; i < pages.Length; i++) pages[i] = start + (nuint)i * unit;
        int[] nodes = new int[pages.Length];
        SysResult asked = LibC.GetNodes(pages, nodes);
        if (asked.Errno is Errno.EPERM or Errno.ENOSYS)
            return NodeFailures.Forbidden("The kernel does not tell the NUMA node of memory", "move_pages", asked.Errno);
        if (asked.IsError)
        {
            return NodeFailures.NotTold(asked.Errno);
        }

        int other = nodes.Count(one => one != node);
        return other == 0 ? null : NodeFailures.Elsewhere(other, nodes.Length, node, $"{Root}/node{node}/meminfo");
    }

    /// <summary>How it is known that memory lies on a node, after its number in a block's evidence.</summary>
    public static string Evidence =>
        HasOneNode() ? ", the only one" : " (mbind before it was filled, move_pages after it was pinned)";

    /// <summary>
    /// The machine has no other node, so memory need not be bound to it; the calls for that are forbidden in many containers.
    /// </summary>
    private static bool IsOnly(int node) => !Directory.Exists(Root) || (HasOneNode() && Contains(Online(), node));

    private static bool HasOneNode() => int.TryParse(Online(), NumberStyles.None, CultureInfo.InvariantCulture, out _);

    // "0", or "0-1". What may still be plugged in has no memory to give.
    private static string Online() => KernelText.TryRead($"{Root}/online")?.Trim() ?? "0";

    // "0-1,3".
    private static bool Contains(string list, int node)
    {
        foreach (string part in list.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            int[] ends = [.. part.Split('-')
                .Select(end => int.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : -1)];
            if (ends[0] <= node && node <= ends[^1]) return true;
        }

        return false;
    }

    private static ulong FreeHugepages(int node, nuint unit) =>
        KernelText.TryReadNumber($"{Root}/node{node}/hugepages/hugepages-{unit >> 10}kB/free_hugepages") ?? 0;

    // What the kernel can take back of files counts. "Node 1 MemFree:   1023 kB".
    private static ulong FreeMemory(int node)
    {
        string file = $"{Root}/node{node}/meminfo";
        ulong Field(string name) => KernelText.TryReadField(file, $"Node {node} {name}:") is { } value
            ? ulong.Parse(value.Split(' ')[0], CultureInfo.InvariantCulture) << 10
            : 0;
        return Field("MemFree") + Field("Inactive(file)");
    }
}
