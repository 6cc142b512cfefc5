using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>Swap, and the number of mappings (Documentation/admin-guide/sysctl/vm.rst).</summary>
internal static class MemoryChecks
{
    private const ulong DefaultMaps = 65530;

    public static IEnumerable<Check> Look(Surroundings here) => [LookAtSwap(here.Files), LookAtMaps(here)];

    private static Check LookAtSwap(SystemFiles files)
    {
        const string Required = "nothing: the pool's memory stays, with swap or without";
        // proc(5): a line of titles, then a line for each area.
        string[] areas = [.. files.ReadLines("/proc/swaps").Skip(1)];
        return areas.Length == 0
            ? new Check("swap", CheckStatus.Ok, Required, "off", "No memory of any program is paged out here.")
            : new Check(
                "swap",
                CheckStatus.Ok,
                Required,
                string.Join(", ", areas.Select(area => area.Split([' ', '\t'])[0])),
                "The rest of a program can be paged out; blocks that are pinned or locked are not.");
    }

    private static Check LookAtMaps(Surroundings here)
    {
        const string Name = "max_map_count";
        string required = string.Create(
            CultureInfo.InvariantCulture,
            $"{DefaultMaps}, which is the kernel's default: one for each break in the order of frames");
        if (here.Files.ReadNumber("/proc/sys/vm/max_map_count") is not { } most)
        {
            return new Check(
                Name, CheckStatus.Missing, required, "/proc/sys/vm/max_map_count is not readable",
                "How many mappings a program may have is not known.");
        }

        string found = $"{most}, {here.Files.ReadLines("/proc/self/maps").Length} in use by this program";
        return most >= DefaultMaps
            ? new Check(Name, CheckStatus.Ok, required, found, "Room for a pool that maps its memory in frame order.")
            : new Check(
                Name,
                CheckStatus.Warn,
                required,
                found,
                "A large pool, or one with many blocks whose protection was changed, may run out of mappings (ENOMEM).",
                here.Shell.AsRoot("sysctl -w vm.max_map_count=262144"));
    }
}
