using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Qemu;

/// <summary>Looks for QEMU, for a report before anything is started.</summary>
public static class QemuProbe
{
    /// <summary>How Debian and Ubuntu install what is needed, and nothing else.</summary>
    public const string InstallCommand = "apt-get install --no-install-recommends qemu-system-x86";

    private const string Program = "qemu-system-x86_64";

    // The object "qtest" came with 7.0 (QEMU: docs/about, and qapi/qom.json: "Since: 7.0").
    private static readonly Version s_oldest = new(7, 0);
    private static readonly string[] s_buses = [", bus PCI", ", bus ISA"];
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    /// <summary>Finds QEMU and asks for its version. Starts it for a moment; never throws.</summary>
    public static QemuProbeResult Find()
    {
        if (FindProgram() is not { } path) return new QemuProbeResult(null, null, Missing().Reason, InstallCommand);
        if (!TryAsk(path, "--version", out string? said))
            return new QemuProbeResult(path, null, $"{path} --version failed: {said}", InstallCommand);

        // "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u18)"
        string[] words = said.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        int at = Array.IndexOf(words, "version") + 1;
        if (at == 0 || at == words.Length || !Version.TryParse(words[at], out Version? version))
            return new QemuProbeResult(path, null, $"{path} --version said what no QEMU says: {said}", InstallCommand);
        return version < s_oldest
            ? new QemuProbeResult(
                path, words[at], $"QEMU {version} is too old: the qtest object came with {s_oldest}.", InstallCommand)
            : new QemuProbeResult(path, words[at], null, null);
    }

    internal static string? FindProgram()
    {
        foreach (string folder in (Environment.GetEnvironmentVariable("PATH") ?? "").Split(
            ':', StringSplitOptions.RemoveEmptyEntries))
        {
            string path = Path.Combine(folder, Program);
            if (File.Exists(path) && !LibC.AccessToExecute(path).IsError) return path;
        }

        return null;
    }

    /// <exception cref="MachineException">There is no such program.</exception>
    internal static string Choose(string? wanted)
    {
        if (wanted is null) return FindProgram() ?? throw Missing();
        SysResult access = LibC.AccessToExecute(wanted);
        return access.IsError
            ? throw new MachineException(
                $"{wanted} cannot be run: {Marshal.GetPInvokeErrorMessage((int)access.Errno)}.", InstallCommand)
            : Path.GetFullPath(wanted);
    }

    internal static MachineException Missing() =>
        new($"QEMU is not installed: no {Program} in PATH ({Environment.GetEnvironmentVariable("PATH")}).", InstallCommand);

    /// <summary>The network adapters of a QEMU that a machine can have; empty where it does not say.</summary>
    internal static IReadOnlyList<string> ListNicModels(string program)
    {
        if (!TryAsk(program, "-device help", out string? said)) return [];

        // A section "Network devices:", then lines such as: name "e1000", bus PCI, alias "e1000-82540em", desc "Intel Gigabit
        // Ethernet"
        var models = new List<string>();
        bool isNetwork = false;
        foreach (string line in said.Split('\n'))
        {
            if (line.EndsWith(" devices:", StringComparison.Ordinal))
                isNetwork = line.StartsWith("Network", StringComparison.Ordinal);
            string[] parts = line.Split('"');
            if (isNetwork && parts.Length > 2 && s_buses.Any(bus => parts[2].StartsWith(bus, StringComparison.Ordinal)))
                models.Add(parts[1]);
        }

        return models;
    }

    private static bool TryAsk(string program, string arguments, out string said)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;

            // The process does not close the readers that were taken from it.
            using StreamReader outputReader = process.StandardOutput;
            using StreamReader errorReader = process.StandardError;
            Task<string> output = outputReader.ReadToEndAsync();
            Task<string> errors = errorReader.ReadToEndAsync();
            if (!process.WaitForExit(s_limit))
            {
                process.Kill();
                process.WaitForExit();
                said = $"no answer within {s_limit.TotalSeconds:0} s";
                return false;
            }

            said = process.ExitCode == 0 ? output.GetAwaiter().GetResult() : errors.GetAwaiter().GetResult();
            return process.ExitCode == 0;
        }
        catch (Win32Exception exception)
        {
            said = exception.Message;
            return false;
        }
    }
}
