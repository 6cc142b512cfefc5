using System.Text.RegularExpressions;

namespace Nonpaged.Tidy.Tests;

/// <summary>The packages as someone meets them who has no clone of this repository: from a feed, in an empty folder.</summary>
[Collection(PackagesCollection.Name)]
public sealed partial class FreshProjectTests(PackedPackages packed) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-fresh-");

    [Fact]
    public void The_sample_of_the_package_builds_without_a_warning_and_runs()
    {
        MakeProject();
        Assert.Contains("0 Warning(s)", Succeed("build", "-c", "Release", "-nologo"), StringComparison.Ordinal);
        AssertRan(Succeed("run", "-c", "Release", "--no-build"));
    }

    [Fact]
    public void The_sample_of_the_package_is_compiled_ahead_of_time_without_a_warning_and_runs()
    {
        MakeProject();
        string output = Succeed("publish", "-c", "Release", "-r", "linux-x64", "-p:PublishAot=true", "-nologo", "-o", "out");
        Assert.DoesNotContain("warning", output, StringComparison.OrdinalIgnoreCase);
        string program = Path.Combine(_folder.FullName, "out", "fresh");
        (int exitCode, string ran) = Dotnet.Run(program, _folder.FullName, Environment(), []);
        Assert.True(exitCode == 0, ran);
        AssertRan(ran);
    }

    // Pasted by themselves into a program that may have pointers.
    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/dotnet.md")]
    [InlineData("src/Nonpaged.Ndis/README.md")]
    public void What_a_document_shows_in_CSharp_compiles(string document)
    {
        MakeProject();
        Succeed("add", "package", "Nonpaged.Ndis", "--version", packed.Version);
        MatchCollection samples = CSharp().Matches(File.ReadAllText(Path.Combine(Repository.Root, document)));
        Assert.NotEmpty(samples);
        foreach (Match sample in samples)
        {
            File.WriteAllText(Path.Combine(_folder.FullName, "Program.cs"), sample.Groups[1].Value);
            Succeed("build", "-nologo", "-p:AllowUnsafeBlocks=true");
        }
    }

    [Fact]
    public void The_tool_runs_with_no_clone_around_and_its_SDK_builds_a_driver_that_it_runs()
    {
        Assert.SkipWhen(
            string.IsNullOrEmpty(PackedPackages.Host), "The program that runs C drivers is not built (./test builds it).");
        WriteFeeds();
        Succeed("tool", "install", "Nonpaged.Tool", "--tool-path", "tool", "--version", packed.Version);
        Assert.Contains("\"checks\"", Tool("doctor", "--json"), StringComparison.Ordinal);
        Tool("sdk", "sdk");
        string source = Path.Combine(Repository.Root, "samples", "rtl8139", "rtl8139.c");
        (int exitCode, string compiled) = Dotnet.Run(
            "/bin/sh", _folder.FullName, Environment(),
            ["-c", $"cc -shared -fPIC $(PKG_CONFIG_PATH=sdk pkg-config --cflags ndis) '{source}' -o driver.so"]);
        Assert.True(exitCode == 0, compiled);
        Assert.Contains("nothing outstanding", Tool("run", "./driver.so", "--nic", "rtl8139"), StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static void AssertRan(string output) =>
        Assert.Contains("MemoryBlock of 65536 bytes", output, StringComparison.Ordinal);

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharp();

    private void MakeProject()
    {
        Assert.True(packed.ExitCode == 0, packed.Output);
        Succeed("new", "console", "-n", "fresh", "-o", ".", "--no-restore");
        WriteFeeds();
        Succeed("add", "package", "Nonpaged", "--version", packed.Version);
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "src", "Nonpaged", "README.md"));
        File.WriteAllText(Path.Combine(_folder.FullName, "Program.cs"), CSharp().Match(readme).Groups[1].Value);
    }

    // Packages of others come from where this repository's do, and from the cache that these have filled.
    private void WriteFeeds()
    {
        string cache = System.Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(
            System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        File.WriteAllText(
            Path.Combine(_folder.FullName, "nuget.config"),
            $"""
            <configuration>
              <packageSources><add key="packed" value="{packed.Feed}" /></packageSources>
              <fallbackPackageFolders><add key="cache" value="{cache}" /></fallbackPackageFolders>
            </configuration>
            """);
    }

    // What is unpacked goes with the folder; and the tool finds what is in it, not what this repository has built.
    private Dictionary<string, string> Environment() => new()
    {
        ["NUGET_PACKAGES"] = Path.Combine(_folder.FullName, "packages"),
        ["NONPAGED_HOST"] = "",
        ["NONPAGED_LIBNDIS"] = "",
        ["DOTNET_ROOT"] = Path.GetDirectoryName(System.Environment.ProcessPath) ?? "",
    };

    private string Succeed(params string[] arguments)
    {
        (int exitCode, string output) = Dotnet.RunIn(_folder.FullName, Environment(), arguments);
        Assert.True(exitCode == 0, $"dotnet {string.Join(' ', arguments)}: {output}");
        return output;
    }

    private string Tool(params string[] arguments)
    {
        (int exitCode, string output) =
            Dotnet.Run(Path.Combine(_folder.FullName, "tool", "nonpaged"), _folder.FullName, Environment(), arguments);
        Assert.True(exitCode == 0, $"nonpaged {string.Join(' ', arguments)}: {output}");
        return output;
    }
}
