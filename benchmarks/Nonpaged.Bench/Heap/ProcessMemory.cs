using System.Globalization;

namespace Nonpaged.Bench;

/// <summary>This process's resident memory, in bytes: proc_pid_status(5).</summary>
internal static class ProcessMemory
{
    public static ulong Resident => Field("VmRSS:");

    /// <summary>Without shared memory.</summary>
    public static ulong ResidentPrivate => Field("RssAnon:") + Field("RssFile:");

    private static ulong Field(string name)
    {
        string line = File.ReadLines("/proc/self/status").First(line => line.StartsWith(name, StringComparison.Ordinal));
        return ulong.Parse(line[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) * 1024;
    }
}
