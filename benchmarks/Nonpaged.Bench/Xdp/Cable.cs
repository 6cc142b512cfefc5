namespace Nonpaged.Bench;

/// <summary>
/// Two namespaces and a cable between them (veth(4)): frames are generated at one end, and what is measured is at the other one.
/// </summary>
internal sealed class Cable : IDisposable
{
    public const string Generating = "generating";
    public const string Measured = "measured";

    /// <summary>What makes the kernel hand over batches, of 32 to 60 frames, at the end that is measured.</summary>
    public const int DeferredInterrupts = 2;

    public const int FlushNanoseconds = 50_000;

    private Cable(NetworkNamespace generator, NetworkNamespace measuring) => (GeneratorEnd, MeasuredEnd) = (generator, measuring);

    public NetworkNamespace GeneratorEnd { get; }

    public NetworkNamespace MeasuredEnd { get; }

    public static Cable Create(CancellationToken cancellation)
    {
        var generator = NetworkNamespace.Create(cancellation);
        NetworkNamespace? measuring = null;
        try
        {
            measuring = NetworkNamespace.Create(cancellation);
            generator.Run("ip", "link", "add", Generating, "type", "veth", "peer", "name", Measured);
            generator.Run("ip", "link", "set", Measured, "netns", $"{measuring.Id}");
            generator.Run("ip", "link", "set", Generating, "up");
            measuring.Run("ip", "link", "set", Measured, "up");
            // /sys shows the interfaces of the namespace in which it was mounted.
            string folder = $"/sys/class/net/{Measured}";
            measuring.Run(
                "unshare", "--mount", "sh", "-c",
                $"mount -t sysfs sysfs /sys && echo {DeferredInterrupts} >{folder}/napi_defer_hard_irqs "
                    + $"&& echo {FlushNanoseconds} >{folder}/gro_flush_timeout");
            return new Cable(generator, measuring);
        }
        catch
        {
            measuring?.Dispose();
            generator.Dispose();
            throw;
        }
    }

    /// <summary>Takes a program off that a process left behind (DPDK's, where it fails).</summary>
    public void Detach() => MeasuredEnd.Run("ip", "link", "set", "dev", Measured, "xdp", "off");

    public void Dispose()
    {
        MeasuredEnd.Dispose();
        GeneratorEnd.Dispose();
    }
}
