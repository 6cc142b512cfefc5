using System.Diagnostics;

namespace Nonpaged.Tests.Extents;

/// <summary>Nonpaged.TestHost in a process of its own, from a folder that every user may read.</summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
internal sealed class HostProcess : IDisposable
{
    private static readonly string[] s_files =
        ["Nonpaged.TestHost.dll", "Nonpaged.TestHost.runtimeconfig.json", "Nonpaged.dll", "Nonpaged.Interop.dll"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-host-");
    private readonly Process _process;

    /// <param name="before">The command that runs it: sh -c '... exec "$@"', say. The program and its arguments follow.</param>
    /// <param name="arguments">The program's own.</param>
    public HostProcess(IReadOnlyList<string> before, params IReadOnlyList<string> arguments)
    {
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_101_101);
        foreach (string file in s_files)
        {
            string copy = Path.Combine(_folder.FullName, file);
            File.Copy(Path.Combine(AppContext.BaseDirectory, file), copy);
            File.SetUnixFileMode(copy, (UnixFileMode)0b110_100_100);
        }

        string[] command = [.. before, Environment.ProcessPath!.EndsWith("dotnet", StringComparison.Ordinal)
            ? Environment.ProcessPath
            : "dotnet", Path.Combine(_folder.FullName, s_files[0]), .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput =
                true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
        };
        start.Environment["HOME"] = _folder.FullName;
        start.Environment["TMPDIR"] = _folder.FullName;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        _process = Process.Start(start)!;
        string? ready = ReadLine();
        if (ready != "ready") Assert.Fail($"{ready}{_process.StandardError.ReadToEnd()}");
    }

    /// <summary>Of the process, which the command before it has become.</summary>
    public int Id => _process.Id;

    public string? ReadLine()
    {
        Task<string?> line = _process.StandardOutput.ReadLineAsync();
        Assert.True(line.Wait(TimeSpan.FromSeconds(60)), "The host says nothing.");
        return line.Result;
    }

    public void GoOn() => _process.StandardInput.WriteLine();

    /// <summary>SIGKILL.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(10_000)) Kill();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
