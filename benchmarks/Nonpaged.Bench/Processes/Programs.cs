namespace Nonpaged.Bench;

/// <summary>Where the programs are that measure; ./bench builds them and says where.</summary>
internal static class Programs
{
    /// <summary>Ours, compiled ahead of time: this program.</summary>
    public static string Ours =>
        Environment.ProcessPath ?? throw new BenchException("This process does not know its own program.");

    /// <summary>System calls in C.</summary>
    public static string C => Path.Combine(Setting("NONPAGED_BENCH_PEERS"), "populate");

    /// <summary>DPDK.</summary>
    public static string Dpdk => Path.Combine(Setting("NONPAGED_BENCH_PEERS"), "dpdk");

    /// <summary>The dotnet command.</summary>
    public static string Dotnet => Setting("NONPAGED_BENCH_DOTNET");

    /// <summary>Ours for the runtime's own compiler.</summary>
    public static string OursForDotnet => Setting("NONPAGED_BENCH_DLL");

    /// <summary>Ours, compiled ahead of time without the heap's checks.</summary>
    public static string OursUnchecked => Setting("NONPAGED_BENCH_UNCHECKED");

    /// <summary>The heap's workloads with an allocator of C's.</summary>
    public static string Heap(string allocator) => Path.Combine(Setting("NONPAGED_BENCH_PEERS"), "heap", allocator);

    /// <summary>Frames through AF_XDP with libxdp.</summary>
    public static string Xdp => Path.Combine(Setting("NONPAGED_BENCH_PEERS"), "xdp");

    /// <summary>The same with DPDK.</summary>
    public static string XdpDpdk => Path.Combine(Setting("NONPAGED_BENCH_PEERS"), "xdp_dpdk");

    /// <summary>DPDK's pool of elements.</summary>
    public static string XdpMempool => Path.Combine(Setting("NONPAGED_BENCH_PEERS"), "xdp_mempool");

    private static string Setting(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new BenchException($"{name} is not set. Start this by ./bench.");
}
