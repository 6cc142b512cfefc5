namespace Nonpaged.Containers.Tests;

/// <summary>The kernel moves what it can, as it does by itself when it needs contiguous memory.</summary>
internal static class Compaction
{
    public static void Run()
    {
        for (int i = 0; i < 3; i++) File.WriteAllText("/proc/sys/vm/compact_memory", "1");
    }
}
