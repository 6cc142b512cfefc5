using System.IO.Compression;
using System.Xml.Linq;

namespace Nonpaged.Tidy.Tests;

/// <summary>What a package says of itself, and what is in it.</summary>
/// <param name="Id">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Dependencies">The packages that it depends on, with the versions that will do.</param>
/// <param name="Assemblies">Paths of the assemblies in it.</param>
internal sealed record Package(
    string Id, string Version, IReadOnlyDictionary<string, string> Dependencies, IReadOnlyList<string> Assemblies)
{
    /// <summary>The dependencies, one a line.</summary>
    public IEnumerable<string> Needs => Dependencies.Select(one => $"{one.Key} {one.Value}").Order(StringComparer.Ordinal);

    public static Package Read(string file)
    {
        using ZipArchive archive = ZipFile.OpenRead(file);
        using Stream stream = archive.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal))
            .Open();
        var specification = XDocument.Load(stream);
        return new Package(
            Text("id"),
            Text("version"),
            All("dependency").ToDictionary(one => one.Attribute("id")!.Value, one => one.Attribute("version")!.Value),
            [.. archive.Entries.Select(entry => entry.FullName).Where(IsAssembly).Order(StringComparer.Ordinal)]);

        IEnumerable<XElement> All(string name) => specification.Descendants().Where(one => one.Name.LocalName == name);

        string Text(string name) => All(name).First().Value;
    }

    private static bool IsAssembly(string path) => path.EndsWith(".dll", StringComparison.Ordinal);
}
