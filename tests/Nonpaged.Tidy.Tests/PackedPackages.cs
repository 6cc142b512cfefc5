namespace Nonpaged.Tidy.Tests;

/// <summary>The packages of what is built, packed into a folder that goes with this.</summary>
public sealed class PackedPackages : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-packages-");

    public PackedPackages()
    {
        (ExitCode, Output) = Dotnet.Run(
            "pack", "Nonpaged.slnx", "-c", "Release", "--no-build", "-nologo", "-v", "minimal", "-o", _folder.FullName);
        All = ExitCode == 0 ? [.. _folder.EnumerateFiles("*.nupkg").Select(file => Package.Read(file.FullName))] : [];
    }

    internal int ExitCode { get; }

    internal string Output { get; }

    internal IReadOnlyList<Package> All { get; }

    public void Dispose() => _folder.Delete(recursive: true);
}
