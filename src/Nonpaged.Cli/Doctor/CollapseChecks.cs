using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>
/// Contiguous memory without set-up: transparent hugepages, and whether MADV_COLLAPSE (madvise(2), Linux 6.1) makes them.
/// </summary>
internal static class CollapseChecks
{
    private const string Root = "/sys/kernel/mm/transparent_hugepage";

    public static IEnumerable<Check> Look(Surroundings here) =>
        [LookAtSetting(here), LookAtMemoryFiles(here), LookAtCollapse(here), LookAtScan(here.Probe)];

    private static Check LookAtSetting(Surroundings here)
    {
        const string Name = "transparent hugepages";
        const string Required = "always or madvise";
        return here.Files.ReadChoice($"{Root}/enabled") switch
        {
            null => new Check(
                Name,
                CheckStatus.Missing,
                Required,
                $"{Root} is not there",
                "This kernel was built without them: no contiguous memory without a pool of hugepages."),
            "never" => new Check(
                Name,
                CheckStatus.Warn,
                Required,
                "never",
                "Switched off for the whole system. This leaves it to programs that ask.",
                here.Shell.Write("madvise", $"{Root}/enabled")),
            string choice =>
                new Check(Name, CheckStatus.Ok, Required, choice, "Memory can be collapsed into pages of 2 MiB on request."),
        };
    }

    private static Check LookAtMemoryFiles(Surroundings here)
    {
        const string Name = "THP in memory files";
        const string Required = "any setting but deny";
        return here.Files.ReadChoice($"{Root}/shmem_enabled") switch
        {
            null => new Check(
                Name, CheckStatus.Missing, Required, "no shmem_enabled",
                "This kernel has no huge pages in memory files, and collapses none."),
            "deny" => new Check(
                Name,
                CheckStatus.Warn,
                Required,
                "deny",
                "Ruled out for memory files, collapsed ones too. This leaves it to programs that ask.",
                here.Shell.Write("advise", $"{Root}/shmem_enabled")),
            string choice => new Check(Name, CheckStatus.Ok, Required, choice, "Memory files are collapsed on request."),
        };
    }

    private static Check LookAtCollapse(Surroundings here)
    {
        const string Name = "collapse to 2 MiB";
        const string Required = "MADV_COLLAPSE of Linux 6.1, for contiguous memory with nothing set up";
        SysResult result = here.Probe.Collapse(out SysResult mapped);
        if (result.IsError)
        {
            return new Check(
                Name,
                CheckStatus.Missing,
                Required,
                $"MADV_COLLAPSE: {result}",
                "No contiguous memory without a pool of hugepages. EINVAL: Linux older than 6.1, or hugepages are switched off; "
                    + "ENOMEM or EAGAIN: memory is fragmented, which this may better.",
                here.Shell.Write(1, "/proc/sys/vm/compact_memory"));
        }

        // Success does not mean that all was collapsed: what the page tables say counts.
        if (!mapped.IsError && (nuint)mapped.Value != ProbeMemory.Length)
        {
            return new Check(
                Name,
                CheckStatus.Warn,
                Required,
                "said to work, but the page tables show small pages",
                "Contiguous memory fails here now and then. Memory may be fragmented, which this may better.",
                here.Shell.Write(1, "/proc/sys/vm/compact_memory"));
        }

        string proof = mapped.IsError ? "not verified: no PAGEMAP_SCAN" : "seen in the page tables";
        return new Check(
            Name, CheckStatus.Ok, Required, $"works ({proof})",
            "Contiguous memory up to 2 MiB, aligned, for any user, with nothing set up.");
    }

    private static Check LookAtScan(IProbe probe)
    {
        const string Name = "PAGEMAP_SCAN";
        const string Required = "Linux 6.7, to prove contiguity without privilege";
        SysResult result = probe.Scan();
        return result.IsError
            ? new Check(
                Name, CheckStatus.Warn, Required, $"not available ({result})",
                "An ordinary user cannot prove that 2 MiB are contiguous.")
            : new Check(Name, CheckStatus.Ok, Required, "works", "An ordinary user can prove that 2 MiB are contiguous.");
    }
}
