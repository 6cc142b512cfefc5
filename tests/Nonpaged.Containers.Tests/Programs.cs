using Nonpaged.Ndis.Host.Tests;

namespace Nonpaged.Containers.Tests;

/// <summary>The programs that run in containers and beside them, compiled once as a user compiles them.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class Programs : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-programs-");
    private readonly Lazy<string> _fragments;
    private readonly Lazy<Dictionary<string, string>> _folders;

    public Programs()
    {
        _fragments = new(() => Compile("fragments", ""));
        _folders = new(MakeFolders);
    }

    /// <summary>What scatters this machine's memory.</summary>
    internal string Fragments => _fragments.Value;

    /// <summary>
    /// What containers see of the repository: a C program at /program, the SDK's library at /sdk, the command line at /nonpaged,
    /// its dotnet at /dotnet.
    /// </summary>
    internal IReadOnlyDictionary<string, string> Folders => _folders.Value;

    public void Dispose() => _folder.Delete(recursive: true);

    private Dictionary<string, string> MakeFolders()
    {
        CommandResult written = Command.Run(Path.Combine(Repository.Root, "nonpaged"), ["sdk", Sdk]);
        Assert.True(written.ExitCode == 0, written.Output + written.Error);
        Compile("pinned", "$(pkg-config --cflags --libs ndis)");
        return new Dictionary<string, string>
        {
            ["/program"] = _folder.FullName,
            ["/sdk"] = Sdk,
            ["/nonpaged"] = Path.Combine(Repository.Root, "artifacts/bin/Nonpaged.Cli/release"),
            [Container.Dotnet.Key] = Container.Dotnet.Value,
        };
    }

    private string Sdk => Path.Combine(_folder.FullName, "sdk");

    private string Compile(string name, string options)
    {
        // Another user is to run them.
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_101_101);
        string program = Path.Combine(_folder.FullName, name);
        string source = Path.Combine(Repository.Root, "tests/Nonpaged.Containers.Tests/Programs", $"{name}.c");
        CommandResult built = Command.Run("/bin/sh", new Dictionary<string, string> { ["PKG_CONFIG_PATH"] = Sdk }, [
            "-c", $"cc -O2 -Wall -Wextra -Werror '{source}' {options} -o '{program}'"]);
        Assert.True(built.ExitCode == 0, built.Error);
        return program;
    }
}
