using System.ComponentModel;
using System.Diagnostics;

namespace Nonpaged.Interop.Tests;

/// <summary>Compiles and runs C, so that the C library's own headers say what its structures and constants are.</summary>
internal static class CCompiler
{
    /// <summary>What the program printed. Skips the test where there is no C compiler.</summary>
    public static string Run(string source)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("nonpaged-c-");
        try
        {
            string program = Path.Combine(folder.FullName, "program");
            File.WriteAllText(program + ".c", source);
            try
            {
                Execute("cc", ["-o", program, program + ".c"]);
            }
            catch (Win32Exception exception)
            {
                Assert.Skip($"No C compiler: cc cannot be started ({exception.Message}).");
            }

            return Execute(program, []);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Execute(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {errors.Result}");
        return output;
    }
}
