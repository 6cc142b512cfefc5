using System.IO.Compression;
using System.Reflection.PortableExecutable;
using System.Xml.Linq;

namespace Nonpaged.Tidy.Tests;

/// <summary>What a package says of itself, and what is in it.</summary>
internal sealed record Package
{
    public required string Id { get; init; }

    public required string Version { get; init; }

    public required string Description { get; init; }

    public required string Tags { get; init; }

    public required string? Readme { get; init; }

    public required string? Icon { get; init; }

    public required string? License { get; init; }

    /// <summary>The packages that it depends on, with the versions that will do.</summary>
    public required IReadOnlyDictionary<string, string> Dependencies { get; init; }

    /// <summary>Paths of all that is in it.</summary>
    public required IReadOnlyList<string> Files { get; init; }

    /// <summary>What the compiler made of the comments on the package's assembly.</summary>
    public required string Documentation { get; init; }

    /// <summary>Paths of the assemblies that have their symbols in them.</summary>
    public required IReadOnlySet<string> WithSymbols { get; init; }

    public IReadOnlyList<string> Assemblies => [.. Files.Where(IsAssembly).Order(StringComparer.Ordinal)];

    /// <summary>The dependencies, one a line.</summary>
    public IEnumerable<string> Needs => Dependencies.Select(one => $"{one.Key} {one.Value}").Order(StringComparer.Ordinal);

    public static Package Read(string file)
    {
        using ZipArchive archive = ZipFile.OpenRead(file);
        using Stream stream = archive.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal))
            .Open();
        var specification = XDocument.Load(stream);
        return new Package
        {
            Id = Text("id")!,
            Version = Text("version")!,
            Description = Text("description")!,
            Tags = Text("tags") ?? "",
            Readme = Text("readme"),
            Icon = Text("icon"),
            License = Text("license"),
            Dependencies =
                All("dependency").ToDictionary(one => one.Attribute("id")!.Value, one => one.Attribute("version")!.Value),
            Documentation = TextOf(archive.Entries.FirstOrDefault(entry => IsDocumentation(entry.FullName))),
            Files = [.. archive.Entries.Select(entry => entry.FullName)],
            WithSymbols = archive.Entries.Where(entry => IsAssembly(entry.FullName) && HasSymbols(entry))
                .Select(entry => entry.FullName).ToHashSet(),
        };

        IEnumerable<XElement> All(string name) => specification.Descendants().Where(one => one.Name.LocalName == name);

        string? Text(string name) => All(name).FirstOrDefault()?.Value;
    }

    private static string TextOf(ZipArchiveEntry? entry)
    {
        if (entry is null) return "";
        using var reader = new StreamReader(entry.Open());
        return reader.ReadToEnd();
    }

    private static bool HasSymbols(ZipArchiveEntry entry)
    {
        using Stream stream = entry.Open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        memory.Position = 0;
        using var assembly = new PEReader(memory);
        return assembly.ReadDebugDirectory().Any(one => one.Type == DebugDirectoryEntryType.EmbeddedPortablePdb);
    }

    private static bool IsDocumentation(string path) =>
        path.StartsWith("lib/", StringComparison.Ordinal) && path.EndsWith(".xml", StringComparison.Ordinal);

    private static bool IsAssembly(string path) => path.EndsWith(".dll", StringComparison.Ordinal);
}
