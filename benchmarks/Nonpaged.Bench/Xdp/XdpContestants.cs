namespace Nonpaged.Bench;

/// <summary>Those that are compared by "xdp".</summary>
internal static class XdpContestants
{
    public const string Aot = "ours, AOT";
    public const string Jit = "ours, JIT";
    public const string C = "C, libxdp";
    public const string Dpdk = "DPDK, net_af_xdp";

    public const string Checked = "ours, checked";
    public const string Unchecked = "ours, unchecked";
    public const string CheckedJit = "ours, checked, JIT";
    public const string Mempool = "rte_mempool";

    // The runtime's own compiler compiles a method well after 30 calls and some time in which it compiled nothing else.
    private const double WarmUp = 0.8;

    public static IReadOnlyList<string> All { get; } = [Aot, Jit, C, Dpdk];

    public static IReadOnlyList<string> Pools { get; } = [Checked, Unchecked, CheckedJit, Mempool];

    public static string[] Command(string name, XdpCase one, double seconds)
    {
        string[] arguments = [one.Mode, Cable.Measured, Format.Number(seconds), $"{one.Bytes}"];
        return name switch
        {
            Aot => [Programs.Ours, "ours", "xdp", .. arguments],
            Jit =>
                [Programs.Dotnet, Programs.OursForDotnet, "ours", "xdp", .. arguments, "--warm-up", Format.Number(WarmUp)],
            C => [Programs.Xdp, .. arguments],
            _ => [Programs.XdpDpdk, .. arguments],
        };
    }

    public static Child StartPool(string name, double milliseconds)
    {
        string time = Format.Number(milliseconds);
        return name switch
        {
            Checked => Child.Start(Programs.Ours, "ours", "frames", time),
            Unchecked => Child.Start(Programs.Ours, "ours", "frames", time, "--unchecked"),
            CheckedJit => Child.Start(Programs.Dotnet, Programs.OursForDotnet, "ours", "frames", time),
            _ => Child.Start(Programs.XdpMempool, time),
        };
    }
}
