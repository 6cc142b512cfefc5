using Nonpaged.Interop;
using Nonpaged.Xdp;

namespace Nonpaged.Cli;

/// <summary>What frames an interface's MTU needs.</summary>
/// <param name="Size">2048 or 4096 bytes.</param>
/// <param name="IsMultiBuffer">One frame does not hold the longest packet.</param>
internal sealed record XdpFrameNeed(int Size, bool IsMultiBuffer)
{
    // The Ethernet header and one VLAN tag, which the MTU does not count.
    private const int Headers = 18;
    private const int Longest = 4096;

    /// <summary>As many as are 4 MiB, as the default pool has it: what the limit of locked memory is compared with.</summary>
    public XdpFramePoolOptions Pool
    {
        get
        {
            var usual = new XdpFramePoolOptions();
            return usual with { FrameSize = Size, Count = usual.Count * usual.FrameSize / Size };
        }
    }

    public static XdpFrameNeed Of(XdpInterface on)
    {
        int needed = on.Mtu + Headers + AfXdp.PacketHeadroom;
        int usual = new XdpFramePoolOptions().FrameSize;
        return new XdpFrameNeed(needed <= usual ? usual : Longest, needed > Longest);
    }

    public override string ToString() =>
        IsMultiBuffer ? $"packets of several frames of {Size} bytes" : $"frames of {Size} bytes";
}
