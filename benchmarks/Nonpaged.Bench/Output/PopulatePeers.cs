using System.Text.Json.Serialization;

namespace Nonpaged.Bench;

/// <summary>A figure for each peer: the same system calls in C, the start of DPDK's EAL, and MAP_POPULATE with mlock.</summary>
internal sealed record PopulatePeers(double C, double Dpdk, double Mlock)
{
    /// <summary>Of ratios: that to the best peer.</summary>
    [JsonIgnore]
    public double Highest => double.Max(C, double.Max(Dpdk, Mlock));
}
