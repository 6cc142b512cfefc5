using System.Diagnostics;

namespace Nonpaged.Machines.Tests.Qemu;

/// <summary>A command's output.</summary>
internal static class Shell
{
    public static string Run(string command)
    {
        using Process process =
            Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true })!;
        using StreamReader reader = process.StandardOutput;
        string output = reader.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{command} ended with {process.ExitCode}.");
        return output;
    }
}
