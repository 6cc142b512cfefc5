namespace Nonpaged.Tidy.Tests;

/// <summary>
/// The packages of what is built, packed into a folder that goes with this: a feed. Of a version of their own, so that no cache
/// has one of them already.
/// </summary>
public sealed class PackedPackages : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-packages-");

    public PackedPackages()
    {
        (ExitCode, Output) = Dotnet.Run([
            "pack", "Nonpaged.slnx", "-c", "Release", "--no-build", "-nologo", "-v", "minimal", "-o", Feed,
            $"-p:Version={Version}", $"-p:NonpagedHost={Host}", $"-p:NonpagedLibrary={Library}"]);
        All = ExitCode == 0 ? [.. _folder.EnumerateFiles("*.nupkg").Select(file => Package.Read(file.FullName))] : [];
    }

    /// <summary>The program that runs C drivers, or nothing where it is not built.</summary>
    public static string? Host => Environment.GetEnvironmentVariable("NONPAGED_HOST");

    public static string? Library => Environment.GetEnvironmentVariable("NONPAGED_LIBNDIS");

    public string Version { get; } = $"0.0.0-test{Environment.ProcessId}.{Environment.TickCount64}";

    public string Feed => _folder.FullName;

    internal int ExitCode { get; }

    internal string Output { get; }

    internal IReadOnlyList<Package> All { get; }

    public void Dispose() => _folder.Delete(recursive: true);
}
