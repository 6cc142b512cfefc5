using System.Globalization;
using System.Runtime.InteropServices;

namespace Nonpaged.Bench;

/// <summary>On what, with what and when it was measured.</summary>
/// <param name="Cpu">As the processor calls itself.</param>
/// <param name="Cores">Processors that this process may use.</param>
/// <param name="Kernel">Its release.</param>
/// <param name="Runtime">.NET.</param>
/// <param name="Dpdk">DPDK's version.</param>
/// <param name="Compiler">Of the peers.</param>
/// <param name="TransparentHugepages">The kernel's setting.</param>
/// <param name="Date">In UTC.</param>
/// <param name="Processor">As the folder of its results is called (<see cref="ProcessorName"/>).</param>
/// <param name="InstructionSet">What ours was compiled for (eng/instruction-set).</param>
/// <param name="HiddenFlags">What /proc/cpuinfo does not say that the processor has, though it says that it has AVX2; null where
/// it hides nothing. It matters where ours was compiled for an older one for that.</param>
/// <param name="Commit">Of ours.</param>
/// <param name="Source">A hash of src/Nonpaged and src/Nonpaged.Interop.</param>
internal sealed record MachineFacts(
    string Cpu, int Cores, string Kernel, string Runtime, string Dpdk, string Compiler, string TransparentHugepages, string Date,
    string? Processor = null, string? InstructionSet = null, string? HiddenFlags = null, string? Commit = null,
    string? Source = null)
{
    // Level 3 of the x86-64 psABI in the kernel's names, as in eng/instruction-set.
    private static readonly string[] s_levelThree = ["abm", "avx", "avx2", "bmi1", "bmi2", "f16c", "fma", "movbe", "xsave"];

    /// <summary>What is there now, to compare with.</summary>
    public static string? CurrentSource => Setting("NONPAGED_BENCH_SOURCE");

    public static MachineFacts Read() => new(
        Field("/proc/cpuinfo", "model name"), Environment.ProcessorCount, First("/proc/sys/kernel/osrelease"),
        RuntimeInformation.FrameworkDescription,
        Setting("NONPAGED_BENCH_DPDK_VERSION") ?? "unknown", Setting("NONPAGED_BENCH_GCC_VERSION") ?? "unknown",
        First("/sys/kernel/mm/transparent_hugepage/enabled"),
        DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), ProcessorName.Read(),
        Setting("NONPAGED_BENCH_INSTRUCTION_SET"), Hidden(Field("/proc/cpuinfo", "flags")), Setting("NONPAGED_BENCH_COMMIT"),
        CurrentSource);

    /// <summary>The same of src/Nonpaged.Xdp, and of what it is built on.</summary>
    public static string? CurrentXdpSource => Setting("NONPAGED_BENCH_XDP_SOURCE");

    /// <summary>The flags of level 3 that are missing where AVX2 is not.</summary>
    public static string? Hidden(string flags)
    {
        string[] all = flags.Split(' ');
        string[] missing = [.. s_levelThree.Except(all)];
        return missing.Length == 0 || !all.Contains("avx2") ? null : string.Join(", ", missing);
    }

    /// <summary>A sentence without its end.</summary>
    /// <param name="versions">Of those that it was compared with.</param>
    public string Describe(string versions) => Describe(versions, CurrentSource);

    /// <inheritdoc cref="Describe(string)"/>
    /// <param name="versions">Of those that it was compared with.</param>
    /// <param name="current">As in <see cref="Mark"/>.</param>
    public string Describe(string versions, string? current)
    {
        string name = Processor is null ? Cpu : $"{Cpu} ({Processor})";
        string hidden = HiddenFlags is null || InstructionSet != "x86-64-v2" ? "" : $", because the machine hides {HiddenFlags}";
        string set = InstructionSet is null ? "" : $", ours compiled for {InstructionSet}{hidden}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{name}, {Cores} cores, Linux {Kernel}, {Runtime}{set}, {versions}, {Date}{Mark(current)}");
    }

    /// <summary>Says where the results are of other code than there is now.</summary>
    /// <param name="current">What there is now; null where that is not known.</param>
    public string Mark(string? current) =>
        current is null || Source == current ? ""
            : $"; **measured with an earlier version**{(Commit is null ? "" : $", {Commit}")}";

    private static string? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static string Field(string file, string name) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim()
        ?? "unknown";

    private static string First(string file) => File.Exists(file) ? File.ReadAllText(file).Trim() : "unknown";
}
