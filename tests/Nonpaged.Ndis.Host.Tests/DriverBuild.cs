namespace Nonpaged.Ndis.Host.Tests;

/// <summary>A driver, compiled in a folder of its own as its documentation says.</summary>
internal sealed class DriverBuild : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-driver-");

    public DriverBuild(string source, params IEnumerable<string> options)
        : this("driver", source, options)
    {
    }

    private DriverBuild(string name, string source, IEnumerable<string> options)
    {
        File = Path.Combine(_folder.FullName, $"{name}.so");
        CommandResult result = Command.Run("cc", [
            "-shared", "-fPIC", "-g", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-Wno-multichar", "-fshort-wchar",
            $"-I{Repository.Headers}",
            .. options, source, "-o", File,]);
        Assert.True(result.ExitCode == 0, result.Error);
    }

    public string File { get; }

    public static DriverBuild Sample() => new(Repository.Sample);

    public static DriverBuild Faulty(string fault) =>
        new(Repository.FaultyDriver, $"-D{fault}", $"-DSAMPLE=\"{Repository.Sample}\"");

    /// <summary>A driver of samples/, which has its own name.</summary>
    public static DriverBuild Sample(string name) =>
        new(name, Path.Combine(Repository.Root, "samples", name, $"{name}.c"), []);

    /// <summary>A driver of Drivers/ that stands by itself.</summary>
    public static DriverBuild Own(string name, params IEnumerable<string> options) =>
        new(Path.Combine(Repository.Root, "tests/Nonpaged.Ndis.Host.Tests/Drivers", $"{name}.c"), options);

    /// <summary>The same, under its own name.</summary>
    public static DriverBuild Named(string name, params IEnumerable<string> options) =>
        new(name, Path.Combine(Repository.Root, "tests/Nonpaged.Ndis.Host.Tests/Drivers", $"{name}.c"), options);

    public static DriverBuild Faulty(string fault, string option) =>
        new(Repository.FaultyDriver, $"-D{fault}", option, $"-DSAMPLE=\"{Repository.Sample}\"");

    public void Dispose() => _folder.Delete(recursive: true);
}
