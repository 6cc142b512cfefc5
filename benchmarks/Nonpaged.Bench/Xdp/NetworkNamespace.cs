namespace Nonpaged.Bench;

/// <summary>
/// A network namespace without a name, which a process holds whose input is ours: it is gone when this is disposed of, and also
/// when this program is killed.
/// </summary>
internal sealed class NetworkNamespace : IDisposable
{
    // Without IPv6 the kernel sends nothing by itself.
    private const string Hold = "for one in all default; do echo 1 >/proc/sys/net/ipv6/conf/$one/disable_ipv6; done 2>/dev/null; "
        + "ip link set lo up; echo ready; exec cat";

    private readonly XdpProcess _holder;

    private NetworkNamespace(XdpProcess holder) => _holder = holder;

    /// <summary>The process that holds it, by which ip(8) names it.</summary>
    public int Id => _holder.Id;

    public static NetworkNamespace Create(CancellationToken cancellation) =>
        new(XdpProcess.Start("unshare --net", ["unshare", "--net", "sh", "-c", Hold], cancellation));

    /// <summary>A command in it, on one processor.</summary>
    public string[] Command(int processor, params IEnumerable<string> command) =>
        [.. Enter, "taskset", "--cpu-list", $"{processor}", .. command];

    /// <summary>Runs a command in it to its end, which must be a good one.</summary>
    public void Run(params IEnumerable<string> command)
    {
        string[] whole = [.. Enter, .. command];
        Child.Run(whole[0], whole[1..]);
    }

    public void Dispose() => _holder.Dispose();

    private string[] Enter => ["nsenter", $"--net=/proc/{Id}/ns/net", "--"];
}
