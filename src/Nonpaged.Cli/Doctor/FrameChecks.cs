using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>Whether the physical addresses of host memory can be read (Documentation/admin-guide/mm/pagemap.rst).</summary>
internal static unsafe class FrameChecks
{
    // Keeps the user, and gives the one capability to the program.
    private static string WithCapability => Shell.AsRoot(
        "setpriv --reuid $(id -u) --regid $(id -g) --init-groups --inh-caps +sys_admin --ambient-caps +sys_admin $SHELL");

    public static IEnumerable<Check> Look() => [LookAtFrames()];

    private static Check LookAtFrames()
    {
        const string Name = "frame numbers";
        using ProbeMemory? memory = ProbeMemory.TryCreate(out SysResult result);
        Span<ulong> entry = stackalloc ulong[1];
        if (memory is not null) result = LibC.AdviseMemory(memory.Start, 4096, LibC.MADV_POPULATE_WRITE);
        if (!result.IsError) result = PageMapFile.Read(memory!.Start, entry);
        if (!result.IsError && (entry[0] & PageMapFile.FrameMask) != 0)
            return new Check(Name, CheckStatus.Ok, "readable", "Physical addresses are known, and contiguity beyond 2 MiB can be proved.");

        return new Check(
            Name,
            CheckStatus.Warn,
            result.IsError ? $"/proc/self/pagemap: {result}" : "hidden (no CAP_SYS_ADMIN)",
            "Physical addresses of host memory are unknown, and limits on them cannot be kept. This starts a shell whose programs may read them.",
            WithCapability);
    }
}
