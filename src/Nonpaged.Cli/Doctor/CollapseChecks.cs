using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>Contiguous memory without set-up: transparent hugepages, and whether MADV_COLLAPSE (madvise(2), Linux 6.1) makes them.</summary>
internal static unsafe class CollapseChecks
{
    private const string Root = "/sys/kernel/mm/transparent_hugepage";

    public static IEnumerable<Check> Look() => [LookAtSetting(), LookAtCollapse(), LookAtScan()];

    private static Check LookAtSetting()
    {
        const string Name = "transparent hugepages";
        string? enabled = SystemFile.ReadChoice($"{Root}/enabled");
        if (enabled is null)
        {
            return new Check(
                Name, CheckStatus.Missing, $"{Root} is not there", "This kernel was built without them: no contiguous memory without a pool of hugepages.");
        }

        string found = $"{enabled}; for shared memory: {SystemFile.ReadChoice($"{Root}/shmem_enabled") ?? "unknown"}";
        return enabled == "never"
            ? new Check(Name, CheckStatus.Warn, found, "Switched off for the whole system. This leaves it to programs that ask.", Shell.Write("madvise", $"{Root}/enabled"))
            : new Check(Name, CheckStatus.Ok, found, "Memory can be collapsed into pages of 2 MiB on request, whatever is set for shared memory.");
    }

    private static Check LookAtCollapse()
    {
        const string Name = "collapse to 2 MiB";
        using ProbeMemory? memory = ProbeMemory.TryCreate(out SysResult result);
        if (memory is not null) result = Collapse(memory);
        if (result.IsError)
        {
            return new Check(
                Name,
                CheckStatus.Missing,
                $"MADV_COLLAPSE: {result}",
                "No contiguous memory without a pool of hugepages. EINVAL: Linux older than 6.1, or hugepages are switched off; ENOMEM or EAGAIN: memory is fragmented.",
                Shell.Write(1, "/proc/sys/vm/compact_memory"));
        }

        // Success does not mean that all was collapsed: what the page tables say counts.
        SysResult huge = PageMapFile.CountHugeMapped(memory!.Start, ProbeMemory.Length);
        string proof = huge.IsError ? "not verified: no PAGEMAP_SCAN" : (nuint)huge.Value == ProbeMemory.Length ? "seen in the page tables" : "not all of it";
        return new Check(
            Name, CheckStatus.Ok, $"works ({proof})", "Contiguous memory up to 2 MiB, aligned, for any user, with nothing set up.");
    }

    private static SysResult Collapse(ProbeMemory memory)
    {
        SysResult advised = LibC.AdviseMemory(memory.Start, ProbeMemory.Length, LibC.MADV_HUGEPAGE);
        if (advised.IsError) return advised;
        SysResult touched = LibC.AdviseMemory(memory.Start, 4096, LibC.MADV_POPULATE_WRITE);
        return touched.IsError ? touched : LibC.AdviseMemory(memory.Start, ProbeMemory.Length, LibC.MADV_COLLAPSE);
    }

    private static Check LookAtScan()
    {
        const string Name = "PAGEMAP_SCAN";
        using ProbeMemory? memory = ProbeMemory.TryCreate(out SysResult result);
        if (memory is not null) result = PageMapFile.CountHugeMapped(memory.Start, ProbeMemory.Length);
        return result.IsError
            ? new Check(
                Name, CheckStatus.Warn, $"not available ({result})", "An ordinary user cannot prove that 2 MiB are contiguous. It came with Linux 6.7.")
            : new Check(Name, CheckStatus.Ok, "works", "An ordinary user can prove that 2 MiB are contiguous.");
    }
}
