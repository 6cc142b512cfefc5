using System.ComponentModel;
using System.Diagnostics;

namespace Nonpaged.Ndis.Host.Tests;

/// <summary>A program that is run to its end.</summary>
internal static class Command
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(300);

    public static CommandResult Run(string program, params IEnumerable<string> arguments) =>
        Run(program, new Dictionary<string, string>(), arguments);

    /// <summary>Skips the test where the program is missing.</summary>
    public static CommandResult Run(
        string program, IReadOnlyDictionary<string, string> environment, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach ((string name, string value) in environment) start.Environment[name] = value;
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(s_limit))
            {
                process.Kill(entireProcessTree: true);
                Assert.Fail($"{program} did not end within {s_limit}: {output.Result} {error.Result}");
            }

            return new CommandResult(process.ExitCode, output.Result, error.Result);
        }
        catch (Win32Exception missing)
        {
            Assert.Skip($"{program} cannot be started ({missing.Message})");
            throw;
        }
    }
}

/// <summary>What a program left.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Error);
