namespace Nonpaged.Ndis.Host.Tests;

/// <summary>Samples with a line of their text replaced, compiled under the samples' names.</summary>
internal sealed class SampleVariant : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-variant-");

    /// <summary>Compiles samples/NAME/NAME.c with something in place of one of its lines. Gives the file.</summary>
    public string Build(string name, string line = "", string by = "")
    {
        string folder = Path.Combine(Repository.Root, "samples", name);
        string text = File.ReadAllText(Path.Combine(folder, $"{name}.c"));
        if (line.Length > 0)
        {
            Assert.Equal(2, text.Split(line).Length);
            text = text.Replace(line, by, StringComparison.Ordinal);
        }

        string source = Path.Combine(_folder.FullName, $"{name}.c"), file = Path.Combine(_folder.FullName, $"{name}.so");
        File.WriteAllText(source, text);
        CommandResult built = Command.Run("cc",
            ["-shared", "-fPIC", "-g", "-fshort-wchar", "-Wno-multichar", $"-I{Repository.Headers}", $"-I{folder}", source,
            "-o", file]);
        Assert.True(built.ExitCode == 0, built.Error);
        return file;
    }

    /// <summary>Compiles a program of a sample.</summary>
    public string Program(string source)
    {
        string file = Path.Combine(_folder.FullName, "client");
        CommandResult built = Command.Run("cc",
            ["-D_GNU_SOURCE", "-O2", $"-I{Repository.Headers}", Path.Combine(Repository.Root, "samples", source), "-o", file]);
        Assert.True(built.ExitCode == 0, built.Error);
        return file;
    }

    public string PathOf(string name) => Path.Combine(_folder.FullName, name);

    public void Dispose() => _folder.Delete(recursive: true);
}
