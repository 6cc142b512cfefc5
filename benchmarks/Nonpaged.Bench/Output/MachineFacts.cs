using System.Globalization;
using System.Runtime.InteropServices;

namespace Nonpaged.Bench;

/// <summary>On what, with what and when it was measured.</summary>
internal sealed record MachineFacts(
    string Cpu, int Cores, string Kernel, string Runtime, string Dpdk, string Compiler, string TransparentHugepages, string Date)
{
    public static MachineFacts Read() => new(
        Field("/proc/cpuinfo", "model name"), Environment.ProcessorCount, First("/proc/sys/kernel/osrelease"),
        RuntimeInformation.FrameworkDescription,
        Environment.GetEnvironmentVariable("NONPAGED_BENCH_DPDK_VERSION")
            ?? "unknown", Environment.GetEnvironmentVariable("NONPAGED_BENCH_GCC_VERSION") ?? "unknown",
        First("/sys/kernel/mm/transparent_hugepage/enabled"),
        DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    private static string Field(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        ?? "unknown";

    private static string First(string file) => File.Exists(file) ? File.ReadAllText(file).Trim() : "unknown";
}
