namespace DirectReads;

/// <summary>Where, when and with what was measured.</summary>
internal static class Machine
{
    public static string Describe(Options options) => string.Join(
        ' ',
        Table.Line($"{DateTime.UtcNow:yyyy-MM-dd}, {Processor()} ({Environment.ProcessorCount} processors),"),
        $"Linux {Kernel()}, .NET {Environment.Version}, {new DriveInfo(options.Folder).DriveFormat}. Blocks at random places of",
        Table.Line($"a file of {options.FileLength >> 20} MiB, {Way.Depth} reads under way, {options.Rounds} rounds of"),
        Table.Line($"{options.Seconds} s each, in another order each round."));

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            ?.Split(':')[1].Trim() ?? "unknown processor";

    private static string Kernel() => File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
}
