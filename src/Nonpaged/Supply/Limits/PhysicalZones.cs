using System.Globalization;

namespace Nonpaged;

/// <summary>
/// Where the kernel takes frames from (/proc/zoneinfo). It gives those of the highest zone first, and of a lower one when
/// these run short (Documentation/mm/physical_memory.rst), so a search below a limit that ends before the higher zones
/// are empty cannot find anything.
/// </summary>
internal static class PhysicalZones
{
    /// <summary>Null, or why looking through so many bytes cannot lead below a limit.</summary>
    public static AllocationFailure? Refuse(ulong limit, nuint effort)
    {
        ulong above = 0;
        ulong below = 0;
        foreach ((ulong start, ulong free) in Read())
        {
            if (start > limit) above += free;
            else below += free;
        }

        if (above + below == 0) return null;
        if (below > 0 && above <= effort) return null;
        string known = below == 0
            ? "no zone of the kernel's has free frames there"
            : $"the kernel first gives the {above} bytes that are free in the zones above";
        return FrameFailures.Unreachable(limit, $"{known} (/proc/zoneinfo); NonpagedPoolOptions.SearchEffort is {effort} bytes");
    }

    private static List<(ulong Start, ulong Free)> Read()
    {
        var zones = new List<(ulong, ulong)>();
        ulong free = 0;
        foreach (string line in Lines())
        {
            // "  pages free     772779", and at the end of the same zone "  start_pfn:           4096".
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words is ["pages", "free", _]) free = Number(words[2]);
            else if (words is ["start_pfn:", _] && free > 0) zones.Add((Number(words[1]) << Page.Shift, free << Page.Shift));
        }

        return zones;
    }

    private static ulong Number(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);

    private static string[] Lines()
    {
        try
        {
            return File.ReadAllLines("/proc/zoneinfo");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
