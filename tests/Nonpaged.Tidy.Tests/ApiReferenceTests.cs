namespace Nonpaged.Tidy.Tests;

/// <summary>The reference in docs/api is what eng/update-api makes of the comments.</summary>
public sealed class ApiReferenceTests
{
    [Fact]
    public void The_reference_of_the_public_API_is_current()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nonpaged-api-");
        try
        {
            (int exitCode, string output) = Dotnet.Run(
                Path.Combine(Repository.Root, "eng/update-api"), Repository.Root, new Dictionary<string, string>(),
                [folder.FullName]);
            Assert.True(exitCode == 0, output);
            Dictionary<string, string> made = Pages(folder.FullName);
            Dictionary<string, string> kept = Pages(Path.Combine(Repository.Root, "docs/api"));
            Assert.NotEmpty(made);
            string[] stale = [.. made.Keys.Union(kept.Keys)
                .Where(page => made.GetValueOrDefault(page) != kept.GetValueOrDefault(page))];
            Assert.True(stale.Length == 0, $"eng/update-api writes other pages than there are: {string.Join(", ", stale)}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Dictionary<string, string> Pages(string folder) => Directory
        .EnumerateFiles(folder, "*.md", SearchOption.AllDirectories)
        .ToDictionary(file => Path.GetRelativePath(folder, file), File.ReadAllText);
}
