namespace Nonpaged.Ndis;

/// <summary>
/// The files that drivers open: below the folder that the environment variable NONPAGED_FILES names, and nowhere else.
/// </summary>
internal static class DriverFiles
{
    /// <summary>The environment variable with the folder.</summary>
    public const string Variable = "NONPAGED_FILES";

    /// <summary>
    /// Where a file of a driver is: \??\C:\Folder\File is C/Folder/File below the folder, \SystemRoot\File is SystemRoot/File,
    /// and a name alone is itself. Names are found in any case. Null where the path leads out of the folder, or there is no
    /// folder, which is reported once.
    /// </summary>
    public static string? Find(CallContext context, string call, string path)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } folder || !Directory.Exists(folder))
        {
            context.ReportOnce(
                call, $"The driver opens a file. Set {Variable} to the folder that has its files: it would find "
                    + @"\??\C:\Folder\File as C/Folder/File there.");
            return null;
        }

        string found = Path.GetFullPath(folder);
        foreach (string part in Parts(path))
        {
            string name = part.TrimEnd(':');
            if (name is "" or "." or ".." || name.AsSpan().ContainsAny('/', '\0')) return null;
            found = Match(found, name);
        }

        return found;
    }

    /// <summary>The path is one of a file; others are devices.</summary>
    public static bool IsFile(string path) =>
        path.StartsWith(@"\SystemRoot\", StringComparison.OrdinalIgnoreCase)
            || (Parts(path).FirstOrDefault() is { Length: 2 } drive && drive[1] == ':');

    private static IEnumerable<string> Parts(string path)
    {
        string[] parts = path.Split('\\', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length > 0 && (parts[0] == "??" || parts[0].Equals("DosDevices", StringComparison.OrdinalIgnoreCase))
            ? parts.Skip(1)
            : parts;
    }

    private static string Match(string folder, string name)
    {
        string exact = Path.Combine(folder, name);
        if (Path.Exists(exact) || !Directory.Exists(folder)) return exact;
        try
        {
            return Directory.EnumerateFileSystemEntries(folder)
                .FirstOrDefault(one => Path.GetFileName(one).Equals(name, StringComparison.OrdinalIgnoreCase)) ?? exact;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return exact;
        }
    }
}
