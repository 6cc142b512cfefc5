using System.Globalization;

namespace Nonpaged.Cli;

/// <summary>Settings that the kernel shows as files under /proc and /sys.</summary>
/// <param name="root">The folder that stands for /, without a slash at its end; empty for / itself.</param>
internal sealed class SystemFiles(string root)
{
    /// <summary>The file's text without the line's end, or null where it is missing or may not be read.</summary>
    public string? Read(string path)
    {
        try
        {
            return File.ReadAllText(root + path).Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The file's lines, or none.</summary>
    public string[] ReadLines(string path) => Read(path)?.Split('\n', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>The file's number, or null where there is none.</summary>
    public ulong? ReadNumber(string path) =>
        ulong.TryParse(Read(path), NumberStyles.None, CultureInfo.InvariantCulture, out ulong number) ? number : null;

    /// <summary>The choice in brackets of a setting that lists all: "always [madvise] never".</summary>
    public string? ReadChoice(string path)
    {
        string? text = Read(path);
        int start = text?.IndexOf('[', StringComparison.Ordinal) ?? -1;
        int end = text?.IndexOf(']', StringComparison.Ordinal) ?? -1;
        return start >= 0 && end > start ? text![(start + 1)..end] : text;
    }

    /// <summary>The value of a line "NAME:	VALUE", as in /proc/PID/status; null where there is no such line.</summary>
    public string? ReadField(string path, string name)
    {
        string start = $"{name}:";
        return ReadLines(path).FirstOrDefault(line => line.StartsWith(start, StringComparison.Ordinal))?[start.Length..].Trim();
    }

    /// <summary>Whether there is such a file or folder.</summary>
    public bool Exists(string path) => Path.Exists(root + path);

    /// <summary>Where a symbolic link points to, or null where it is none.</summary>
    public string? ReadLink(string path)
    {
        try
        {
            return new FileInfo(root + path).LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The names in a folder, in order; none where it is missing or may not be read.</summary>
    public IReadOnlyList<string> List(string folder)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(root + folder)
                .Select(path => Path.GetFileName(path))
                .Order(StringComparer.Ordinal)];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
