namespace Nonpaged.Cli;

/// <summary>
/// Finds files as Windows does: the case of names does not matter, and a backslash separates folders.
/// </summary>
internal sealed class IncludeFolder
{
    private readonly Dictionary<string, string[]> _names = new(StringComparer.Ordinal);

    /// <summary>The path of a file below a folder; null where there is none. An exact match goes first.</summary>
    public string? Find(string folder, string name)
    {
        string path = folder;
        string[] parts = name.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (name.StartsWith('/')) path = "/";
        for (int index = 0; index < parts.Length; index++)
        {
            string part = parts[index];
            if (part == ".") continue;
            string exact = Path.Combine(path, part);
            if (part != ".." && !Exists(exact, index == parts.Length - 1))
            {
                string? other = Names(path).FirstOrDefault(one => string.Equals(one, part, StringComparison.OrdinalIgnoreCase)
                    && Exists(Path.Combine(path, one), index == parts.Length - 1));
                if (other is null) return null;
                exact = Path.Combine(path, other);
            }

            path = exact;
        }

        return File.Exists(path) ? path : null;
    }

    private static bool Exists(string path, bool isFile) => isFile ? File.Exists(path) : Directory.Exists(path);

    private string[] Names(string folder)
    {
        if (_names.TryGetValue(folder, out string[]? names)) return names;
        try
        {
            IEnumerable<string> entries = Directory.EnumerateFileSystemEntries(folder.Length == 0 ? "." : folder);
            names = [.. entries.Select(entry => Path.GetFileName(entry)!).Order(StringComparer.Ordinal)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            names = [];
        }

        return _names[folder] = names;
    }
}
