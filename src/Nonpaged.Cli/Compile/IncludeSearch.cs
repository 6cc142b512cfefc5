namespace Nonpaged.Cli;

/// <summary>
/// Where included files are: beside the file that includes them, in the folders of the command line, in NDIS's headers,
/// in the system's.
/// </summary>
internal sealed class IncludeSearch(IReadOnlyList<string> quoted, IReadOnlyList<string> folders, IReadOnlyList<string> foreign)
{
    private readonly IncludeFolder _files = new();

    /// <summary>
    /// A driver's own file, or a header that it only includes, whose name is then as it should be written; null where
    /// there is none.
    /// </summary>
    public (string Path, bool IsOwn)? Find(string name, string includer, bool isQuoted)
    {
        string beside = Path.GetDirectoryName(includer) ?? "";
        IEnumerable<string> own = isQuoted ? [beside, .. quoted, .. folders] : folders;
        foreach (string folder in own)
        {
            if (_files.Find(folder, name) is { } path) return (path, true);
        }

        foreach (string folder in foreign)
        {
            if (_files.Find(folder, name) is { } path) return (Path.GetRelativePath(folder, path), false);
        }

        return null;
    }
}
