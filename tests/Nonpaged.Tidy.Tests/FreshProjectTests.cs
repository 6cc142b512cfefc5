using System.Text.RegularExpressions;
using System.Xml.Linq;

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
        AssertRan(PublishAndRun());
    }

    [Fact]
    public void A_program_compiled_ahead_of_time_tells_events_where_it_asks_for_their_support()
    {
        MakeProject();
        Write("""
            using System.Diagnostics.Tracing;
            using Nonpaged;

            using var events = new Events();
            using (NonpagedPool pool = NonpagedPool.Create(new NonpagedPoolOptions { Name = "traced" })) pool.Allocate(100_000);

            internal sealed class Events : EventListener
            {
                protected override void OnEventSourceCreated(EventSource eventSource)
                {
                    if (eventSource.Name == "Nonpaged") EnableEvents(eventSource, EventLevel.Verbose);
                }

                protected override void OnEventWritten(EventWrittenEventArgs eventData) =>
                    Console.WriteLine($"{eventData.EventId} {eventData.EventName}: {string.Join(' ', eventData.Payload!)}");
            }
            """);
        string[] lines = PublishAndRun("-p:EventSourceSupport=true").Split('\n');
        Assert.Contains(lines, line => line.StartsWith("1 Grown: traced ", StringComparison.Ordinal));
        Assert.Contains("5 LeftBehind: traced 1 100000", lines);
        Assert.Contains(lines, line => line.StartsWith("2 GivenBack: traced ", StringComparison.Ordinal));
    }

    [Fact]
    public void The_sample_of_the_host_builds_without_a_warning_and_runs()
    {
        MakeHostProject();
        Assert.Contains("0 Warning(s)", Succeed("build", "-c", "Release", "-nologo"), StringComparison.Ordinal);
        AssertHostRan(Succeed("run", "-c", "Release", "--no-build"));
    }

    [Fact]
    public void The_sample_of_the_host_is_compiled_ahead_of_time_without_a_warning_and_runs()
    {
        MakeHostProject();
        AssertHostRan(PublishAndRun());
    }

    // Pasted by themselves into a program that may have pointers.
    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/dotnet.md")]
    [InlineData("docs/xdp.md")]
    [InlineData("src/Nonpaged.Hosting/README.md")]
    [InlineData("src/Nonpaged.Ndis/README.md")]
    [InlineData("src/Nonpaged.Xdp/README.md")]
    public void What_a_document_shows_in_CSharp_compiles(string document)
    {
        MakeProject();
        Succeed("add", "package", "Nonpaged.Ndis", "--version", packed.Version);
        Succeed("add", "package", "Nonpaged.Xdp", "--version", packed.Version);
        AddHosting();
        MatchCollection samples = CSharp().Matches(File.ReadAllText(Path.Combine(Repository.Root, document)));
        Assert.NotEmpty(samples);
        foreach (Match sample in samples)
        {
            Write(sample.Groups[1].Value);
            Succeed("build", "-nologo", "-p:AllowUnsafeBlocks=true");
        }
    }

    [Fact]
    public void The_first_sample_of_the_README_runs_and_prints_what_the_README_shows()
    {
        MakeProject();
        string readme = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        Write(CSharp().Match(readme).Groups[1].Value);
        string shown = Shown().Match(readme).Groups[1].Value;
        Assert.NotEmpty(shown);
        // The pin is the machine's; the address is another one each time, and shown to root alone.
        string first = shown[..shown.IndexOf(", pinned by", StringComparison.Ordinal)];
        Assert.Contains(first, Succeed("run", "-c", "Release"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_commands_that_the_README_shows_for_C_drivers_run_as_they_stand()
    {
        Assert.SkipWhen(
            string.IsNullOrEmpty(PackedPackages.Host), "The program that runs C drivers is not built (./test builds it).");
        string commands = Shell().Match(File.ReadAllText(Path.Combine(Repository.Root, "README.md"))).Groups[1].Value;
        Assert.Contains("nonpaged verify", commands, StringComparison.Ordinal);
        // In a folder of its own, so that nothing is left in the repository.
        foreach (string name in (string[])["nonpaged", "samples"])
            File.CreateSymbolicLink(Path.Combine(_folder.FullName, name), Path.Combine(Repository.Root, name));
        (int exitCode, string output) = Dotnet.Run(
            "/bin/sh", _folder.FullName, new Dictionary<string, string>(), ["-ec", commands]);
        Assert.True(exitCode == 0, output);
        Assert.Contains("nothing outstanding", output, StringComparison.Ordinal);
        Assert.Contains("rtl8139: 0 findings", output, StringComparison.Ordinal);
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

    // With what the log of a host says of its pool.
    private static void AssertHostRan(string output)
    {
        AssertRan(output);
        Assert.Contains("The pool \"frames\" is made.", output, StringComparison.Ordinal);
        Assert.Contains("of the pool \"frames\", which holds 16777216 bytes", output, StringComparison.Ordinal);
    }

    [GeneratedRegex("```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharp();

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Shell();

    [GeneratedRegex("shown: dotnet run -->\n```\n\\$ dotnet run\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Shown();

    private void MakeProject()
    {
        Assert.True(packed.ExitCode == 0, packed.Output);
        Succeed("new", "console", "-n", "fresh", "-o", ".", "--no-restore");
        WriteFeeds();
        Succeed("add", "package", "Nonpaged", "--version", packed.Version);
        Write(SampleOf("Nonpaged"));
    }

    private void MakeHostProject()
    {
        MakeProject();
        AddHosting();
        Write(SampleOf("Nonpaged.Hosting"));
    }

    // With a host, of the version that the tests of this repository have.
    private void AddHosting()
    {
        const string host = "Microsoft.Extensions.Hosting";
        var versions = XDocument.Load(Path.Combine(Repository.Root, "Directory.Packages.props"));
        string version = versions.Descendants("PackageVersion").Single(one => one.Attribute("Include")!.Value == host)
            .Attribute("Version")!.Value;
        Succeed("add", "package", "Nonpaged.Hosting", "--version", packed.Version);
        Succeed("add", "package", host, "--version", version);
    }

    private static string SampleOf(string package) =>
        CSharp().Match(File.ReadAllText(Path.Combine(Repository.Root, "src", package, "README.md"))).Groups[1].Value;

    private void Write(string program) => File.WriteAllText(Path.Combine(_folder.FullName, "Program.cs"), program);

    /// <summary>Compiles the project ahead of time, without a warning, and gives what the program writes.</summary>
    private string PublishAndRun(params string[] properties)
    {
        string output = Succeed(
            ["publish", "-c", "Release", "-r", "linux-x64", "-p:PublishAot=true", "-nologo", "-o", "out", .. properties]);
        Assert.DoesNotContain("warning", output, StringComparison.OrdinalIgnoreCase);
        string program = Path.Combine(_folder.FullName, "out", "fresh");
        (int exitCode, string ran) = Dotnet.Run(program, _folder.FullName, Environment(), []);
        Assert.True(exitCode == 0, ran);
        return ran;
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
