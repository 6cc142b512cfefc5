using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>NUMA nodes, and on which of them hugepages lie (numa(7); Documentation/admin-guide/mm/hugetlbpage.rst).</summary>
internal static class NumaCheck
{
    private const string Root = "/sys/devices/system/node";
    private const string Name = "NUMA nodes";
    private const string Required = "one node, or free hugepages on each, for memory near the card";

    public static Check Look(Surroundings here)
    {
        string[] nodes = [.. here.Files.List(Root)
            .Where(name => name.StartsWith("node", StringComparison.Ordinal) && char.IsAsciiDigit(name[^1]))];
        if (nodes.Length < 2) return new Check(Name, CheckStatus.Ok, Required, "1", "All memory is equally near.");

        (string Node, ulong Free, ulong Total)[] pools =
            [.. nodes.Select(node => (node, Number(here, node, "free_hugepages"), Number(here, node, "nr_hugepages")))];
        string found = $"{nodes.Length}; free hugepages of 2 MiB: "
            + $"{string.Join(", ", pools.Select(pool => $"{pool.Node} {pool.Free} of {pool.Total}"))}";
        (string Node, ulong Free, ulong Total) empty = pools.FirstOrDefault(pool => pool.Free == 0);
        if (empty.Node is null || pools.All(pool => pool.Total == 0))
            return new Check(Name, CheckStatus.Ok, Required, found, "Memory comes from the node of the thread that asks first.");
        return new Check(
            Name,
            CheckStatus.Warn,
            Required,
            found,
            $"Threads of {empty.Node} get hugepages of another node, which are slower for them. This puts 1 GiB there.",
            here.Shell.Write(empty.Total + 512, $"{Pool(empty.Node)}/nr_hugepages"));
    }

    private static ulong Number(Surroundings here, string node, string name) =>
        here.Files.ReadNumber($"{Pool(node)}/{name}") ?? 0;

    private static string Pool(string node) =>
        string.Create(CultureInfo.InvariantCulture, $"{Root}/{node}/hugepages/hugepages-2048kB");
}
