using Nonpaged.Xdp;

namespace Nonpaged.Cli;

/// <summary>An interface, as JSON.</summary>
/// <param name="Index">Its number in the network namespace.</param>
/// <param name="Driver">Its driver's name, or "unknown".</param>
/// <param name="Up">It is up.</param>
/// <param name="Mtu">The longest payload in bytes.</param>
/// <param name="FrameSize">Of frames that hold its packets, in bytes.</param>
/// <param name="MultiBuffer">Its packets may need several frames.</param>
/// <param name="Queues">How many queues it has.</param>
/// <param name="MostQueues">How many it may have.</param>
/// <param name="Features">What the driver can do, by the kernel's names; null where the kernel does not tell.</param>
/// <param name="ZeroCopySegments">Frames of a packet without copying; 0 where that is not known.</param>
/// <param name="Program">The XDP program that it has; null for none.</param>
internal sealed record XdpInterfaceDocument(
    uint Index,
    string Driver,
    bool Up,
    int Mtu,
    int FrameSize,
    bool MultiBuffer,
    int Queues,
    int MostQueues,
    IReadOnlyList<string>? Features,
    int ZeroCopySegments,
    XdpProgramDocument? Program)
{
    public static XdpInterfaceDocument From(XdpInterface on)
    {
        var need = XdpFrameNeed.Of(on);
        return new XdpInterfaceDocument(
            on.Index, on.Driver, on.IsUp, on.Mtu, need.Size, need.IsMultiBuffer, on.Queues, on.MostQueues,
            XdpFeatureNames.Names(on.Features), on.ZeroCopySegments, XdpProgramDocument.From(on));
    }
}
