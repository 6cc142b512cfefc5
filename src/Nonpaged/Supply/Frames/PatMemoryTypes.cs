using System.Globalization;

namespace Nonpaged;

/// <summary>
/// What the kernel says of how it maps memory that is not System RAM: /sys/kernel/debug/x86/pat_memtype_list
/// (Documentation/arch/x86/pat.rst), which root reads where debugfs is mounted.
/// </summary>
internal static class PatMemoryTypes
{
    public const string List = "/sys/kernel/debug/x86/pat_memtype_list";

    /// <summary>The kind of a range, in the kernel's words ("uncached-minus"); null where nothing is said of it.</summary>
    public static string? Find(ulong start, ulong length)
    {
        try
        {
            foreach (string line in File.ReadLines(List))
            {
                if (Parse(line) is { } entry && entry.Start <= start && start + length <= entry.End) return entry.Kind;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
        }

        return null;
    }

    // "PAT: [mem 0x0000000020000000-0x0000000024000000] uncached-minus"; before Linux 5.12
    // "uncached-minus @ 0x20000000-0x24000000".
    internal static (ulong Start, ulong End, string Kind)? Parse(string line)
    {
        string[] words = line.Split(
            [' ', '[', ']', '@', '-'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        ulong[] numbers = [.. words.Where(word => word.StartsWith("0x", StringComparison.Ordinal))
            .Select(word => ulong.Parse(word.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))];
        string kind = string.Join(
            '-', words.Where(word => !word.StartsWith("0x", StringComparison.Ordinal) && word is not ("PAT:" or "mem")));
        return numbers is [var start, var end] ? (start, end, kind) : null;
    }
}
