using System.Globalization;

namespace Nonpaged.Containers.Tests;

/// <summary>The kernel moves what it can, as it does by itself when it needs contiguous memory.</summary>
internal static class Compaction
{
    /// <summary>How many pages moved, of whoever's they are (pgmigrate_success, /proc/vmstat).</summary>
    public static long Run()
    {
        long before = Moved();
        for (int i = 0; i < 3; i++) File.WriteAllText("/proc/sys/vm/compact_memory", "1");
        return Moved() - before;
    }

    private static long Moved()
    {
        const string Name = "pgmigrate_success ";
        string line = File.ReadLines("/proc/vmstat").First(line => line.StartsWith(Name, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(Name.Length), CultureInfo.InvariantCulture);
    }
}
