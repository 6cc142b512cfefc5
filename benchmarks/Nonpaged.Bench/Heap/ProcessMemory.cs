using System.Globalization;

namespace Nonpaged.Bench;

/// <summary>Memory in bytes: this process's (proc_pid_status(5)) and the machine's (proc_meminfo(5)).</summary>
internal static class ProcessMemory
{
    private const string Process = "/proc/self/status";

    public static ulong Resident => Field(Process, "VmRSS:");

    /// <summary>Resident, without shared memory.</summary>
    public static ulong ResidentPrivate => Field(Process, "RssAnon:") + Field(Process, "RssFile:");

    /// <summary>What the machine can give without swapping.</summary>
    public static long Available => (long)Field("/proc/meminfo", "MemAvailable:");

    private static ulong Field(string file, string name)
    {
        string line = File.ReadLines(file).First(line => line.StartsWith(name, StringComparison.Ordinal));
        return ulong.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
    }
}
