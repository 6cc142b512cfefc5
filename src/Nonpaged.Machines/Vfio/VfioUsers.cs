namespace Nonpaged.Machines.Vfio;

/// <summary>Which processes have an IOMMU group open, as far as this one may see.</summary>
internal static class VfioUsers
{
    /// <summary>Each as "nonpaged (process 1234)"; this process left out.</summary>
    public static IReadOnlyList<string> Of(int group, string root = "")
    {
        var users = new List<string>();
        foreach (string folder in Directory.EnumerateDirectories($"{root}/proc"))
        {
            string id = Path.GetFileName(folder);
            if (!char.IsAsciiDigit(id[0]) || id == $"{Environment.ProcessId}" || !HasOpen(folder, $"/dev/vfio/{group}")) continue;
            users.Add($"{NameOf(folder)} (process {id})");
        }

        return users;
    }

    // A process may end while it is looked at, or be another user's.
    private static bool HasOpen(string process, string path)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries($"{process}/fd").Any(entry => new FileInfo(entry).LinkTarget == path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string NameOf(string process)
    {
        try
        {
            return File.ReadAllText($"{process}/comm").Trim();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "a program";
        }
    }
}
