using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Nonpaged.Cli.Tests;

/// <summary>The built program as a process of its own, as a user or a script meets it.</summary>
internal static class CliProgram
{
    /// <summary>For what takes seconds on a machine that has nothing else to do.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(300);

    /// <summary>The dotnet that runs this test.</summary>
    public static string Dotnet { get; } =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    public static string Assembly { get; } = Path.Combine(AppContext.BaseDirectory, "Nonpaged.Cli.dll");

    public static CliResult Run(params string[] arguments) => Finish(Start(arguments));

    /// <summary>Runs it as the user 65534 (nobody), with no groups and no capabilities.</summary>
    public static CliResult RunAsNobody(params string[] arguments) => RunAsNobody([], arguments);

    /// <summary>The same, with so many bytes that all processes of that user together may lock.</summary>
    public static CliResult RunAsNobodyWithMemlock(ulong bytes, params string[] arguments) =>
        RunAsNobody(["prlimit", $"--memlock={bytes}"], arguments);

    /// <summary>The same, behind a command that root runs: nsenter.</summary>
    public static CliResult RunAsNobody(string[] before, string[] arguments)
    {
        // Other users may not get into the folder of the build, which can be somebody's home.
        DirectoryInfo copy = Directory.CreateTempSubdirectory("nonpaged-cli-");
        try
        {
            File.SetUnixFileMode(copy.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
            foreach (string file in Directory.EnumerateFiles(AppContext.BaseDirectory, "*.*"))
            {
                if (Path.GetExtension(file) is ".dll" or ".json") File.Copy(
                    file, Path.Combine(copy.FullName, Path.GetFileName(file)));
            }

            string[] command = [.. before, "setpriv"];
            return Finish(StartProcess(command[0], [
                .. command[1..], "--reuid", "65534", "--regid", "65534", "--clear-groups", Dotnet,
                Path.Combine(copy.FullName, "Nonpaged.Cli.dll"), .. arguments]));
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    public static Process Start(params string[] arguments) => StartProcess(Dotnet, [Assembly, .. arguments]);

    public static Process StartProcess(string program, IEnumerable<string> arguments, string? folder = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? "/",
        };
        Process process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    /// <summary>Waits for its end and takes what it wrote. A program that hangs is killed and fails the test.</summary>
    public static CliResult Finish(Process process)
    {
        using (process)
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                Assert.Fail($"The program did not end within {Patience}. It wrote: {output.Result} {error.Result}");
            }

            return new CliResult(process.ExitCode, output.Result, error.Result);
        }
    }

    public static void Signal(Process process, string signal) =>
        Process.Start("kill", [$"-{signal}", $"{process.Id}"])!.WaitForExit();
}

/// <summary>What the program left: its exit code and both outputs.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Error)
{
    /// <summary>The lines of standard output, each a JSON object.</summary>
    public JsonElement[] JsonLines =>
    [
        .. Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement),
    ];

    /// <summary>Standard output, which must be one JSON object on one line and nothing else.</summary>
    public JsonElement Json
    {
        get
        {
            Assert.True(
                Output.EndsWith('\n') && Output.Count(c => c == '\n') == 1,
                $"Not one line: '{Output}', standard error: '{Error}'");
            JsonElement root = JsonDocument.Parse(Output).RootElement;
            Assert.Equal(JsonValueKind.Object, root.ValueKind);
            return root;
        }
    }
}
