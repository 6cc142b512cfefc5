using System.Diagnostics;

namespace Nonpaged.Tidy.Tests;

/// <summary>The SDK's commands, in the repository's folder.</summary>
internal static class Dotnet
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    /// <summary>Runs a command to its end. Gives its exit code and what it wrote, errors included.</summary>
    public static (int ExitCode, string Output) Run(params IEnumerable<string> arguments)
    {
        // dotnet itself runs these tests, unless a development environment does.
        string program = Environment.ProcessPath is { } own && Path.GetFileName(own) == "dotnet" ? own : "dotnet";
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        // No build server outlives the tests.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"dotnet {string.Join(' ', arguments)} did not end within {s_limit}: {output.Result} {error.Result}");
        }

        return (process.ExitCode, output.Result + error.Result);
    }
}
