using System.Diagnostics;

namespace Nonpaged.Tidy.Tests;

/// <summary>The SDK's commands, and what they make.</summary>
internal static class Dotnet
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(10);

    // dotnet itself runs these tests, unless a development environment does.
    private static string Program =>
        Environment.ProcessPath is { } own && Path.GetFileName(own) == "dotnet" ? own : "dotnet";

    /// <summary>Runs a command of the SDK in the repository's folder. Gives its exit code and what it wrote.</summary>
    public static (int ExitCode, string Output) Run(params IEnumerable<string> arguments) =>
        Run(Program, Repository.Root, new Dictionary<string, string>(), arguments);

    /// <summary>The same in another folder.</summary>
    public static (int ExitCode, string Output) RunIn(
        string folder, IReadOnlyDictionary<string, string> environment, params IEnumerable<string> arguments) =>
        Run(Program, folder, environment, arguments);

    /// <summary>Runs a program to its end.</summary>
    public static (int ExitCode, string Output) Run(
        string program, string folder, IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        // No build server outlives the tests.
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(s_limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end within {s_limit}: {output.Result} {error.Result}");
        }

        return (process.ExitCode, output.Result + error.Result);
    }
}
