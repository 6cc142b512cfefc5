using System.Reflection;

namespace Nonpaged.Tidy.Tests;

/// <summary>The repository's own files.</summary>
internal static class Repository
{
    private static readonly string[] s_generated = ["artifacts", ".git", "obj", "bin"];

    public static string Root { get; } = FindRoot();

    /// <summary>Where this project keeps what it compares with.</summary>
    public static string Kept => Path.Combine(Root, "tests/Nonpaged.Tidy.Tests");

    /// <summary>The lists here are written anew, and compared with nothing (eng/update-tidy).</summary>
    public static bool Updates => Environment.GetEnvironmentVariable("NONPAGED_UPDATE_TIDY") is not null;

    /// <summary>Files below some folders, by their paths in the repository, in order.</summary>
    public static IEnumerable<string> Files(string pattern, params string[] folders) =>
        folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories))
            .Select(file => Path.GetRelativePath(Root, file))
            .Where(file => !file.Split('/').Any(s_generated.Contains))
            .Order(StringComparer.Ordinal);

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    private static string FindRoot()
    {
        string folder = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!;
        while (!File.Exists(Path.Combine(folder, "Nonpaged.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
