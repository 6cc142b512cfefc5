using System.Globalization;

namespace Nonpaged.Bench;

/// <summary>
/// What a processor's results are called, and so their folder below benchmarks/results/: by vendor, family and model in
/// /proc/cpuinfo, with the names that the kernel has for them (arch/x86/kernel/cpu/amd.c, arch/x86/include/asm/intel-family.h).
/// </summary>
internal static class ProcessorName
{
    private const string Amd = "AuthenticAMD";
    private const string Intel = "GenuineIntel";
    private const int FirstCascadeLake = 5;
    private const int FirstCooperLake = 10;

    private static readonly string[] s_lines = ["EPYC", "Ryzen", "Xeon", "Core"];

    public static string Read() => Of(File.ReadLines("/proc/cpuinfo"));

    /// <param name="cpuinfo">Lines of /proc/cpuinfo; the first processor counts.</param>
    public static string Of(IEnumerable<string> cpuinfo)
    {
        var fields = new Dictionary<string, string>();
        foreach (string[] pair in cpuinfo.TakeWhile(line => line.Length > 0).Select(line => line.Split(':', 2)))
            if (pair.Length == 2) fields.TryAdd(pair[0].Trim(), pair[1].Trim());
        string vendor = fields.GetValueOrDefault("vendor_id", "unknown");
        string model = fields.GetValueOrDefault("model name", "");
        int family = Number("cpu family"), number = Number("model"), stepping = Number("stepping");
        string? core = vendor switch
        {
            Amd => AmdCore(family, number),
            Intel when family == 6 => IntelCore(number, stepping),
            _ => null,
        };
        return core is null ? $"{ShortVendor(vendor)}-{family}-{number}" : $"{ShortVendor(vendor)}{Line(model)}-{core}";

        int Number(string name) =>
            int.TryParse(fields.GetValueOrDefault(name), CultureInfo.InvariantCulture, out int value) ? value : 0;
    }

    private static string? AmdCore(int family, int model) => (family, model) switch
    {
        (0x17, < 0x30) => model is 0x08 or 0x18 ? "zen-plus" : "zen",
        (0x17, _) => "zen2",
        (0x19, <= 0x0f or (>= 0x20 and <= 0x5f)) => "zen3",
        (0x19, _) => "zen4",
        (0x1a, (>= 0x50 and <= 0x5f) or (>= 0x80 and <= 0xaf) or (>= 0xc0 and <= 0xcf)) => "zen6",
        (0x1a, <= 0x7f) => "zen5",
        _ => null,
    };

    private static string? IntelCore(int model, int stepping) => model switch
    {
        0x3c or 0x3f or 0x45 or 0x46 => "haswell",
        0x3d or 0x47 or 0x4f or 0x56 => "broadwell",
        0x55 => stepping >= FirstCooperLake ? "cooper-lake" : stepping >= FirstCascadeLake ? "cascade-lake" : "skylake",
        0x4e or 0x5e => "skylake",
        0x8e or 0x9e => "kaby-lake",
        0x6a or 0x6c or 0x7e => "ice-lake",
        0x8f => "sapphire-rapids",
        0xcf => "emerald-rapids",
        0xad or 0xae => "granite-rapids",
        0xaf => "sierra-forest",
        0x97 or 0x9a => "alder-lake",
        0xb7 or 0xba or 0xbf => "raptor-lake",
        _ => null,
    };

    private static string ShortVendor(string vendor) => vendor switch
    {
        Amd => "amd",
        Intel => "intel",
        _ => new string([.. vendor.ToLowerInvariant().Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '-')]),
    };

    private static string Line(string model)
    {
        string? line = s_lines.FirstOrDefault(one => model.Contains(one, StringComparison.OrdinalIgnoreCase));
        return line is null ? "" : $"-{line.ToLowerInvariant()}";
    }
}
