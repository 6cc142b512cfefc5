using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>Settings that the kernel shows as files under /proc and /sys.</summary>
internal static class SystemFile
{
    /// <summary>The file's text without the line's end, or null where it is missing or may not be read.</summary>
    public static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The file's number, or null where there is none.</summary>
    public static ulong? ReadNumber(string path) =>
        ulong.TryParse(Read(path), NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : null;

    /// <summary>The choice in brackets of a setting that lists all: "always [madvise] never".</summary>
    public static string? ReadChoice(string path)
    {
        string? text = Read(path);
        int start = text?.IndexOf('[', StringComparison.Ordinal) ?? -1;
        int end = text?.IndexOf(']', StringComparison.Ordinal) ?? -1;
        return start >= 0 && end > start ? text![(start + 1)..end] : text;
    }

    /// <summary>Whether this process has a capability in effect (capabilities(7); CapEff in /proc/self/status).</summary>
    public static bool HasCapability(int capability)
    {
        string? line = Read("/proc/self/status")?.Split('\n').FirstOrDefault(line => line.StartsWith("CapEff:", StringComparison.Ordinal));
        return line is not null
            && ulong.TryParse(line.AsSpan("CapEff:".Length).Trim(), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong set)
            && (set >> capability & 1) == 1;
    }
}
