using Nonpaged.Xdp;

namespace Nonpaged.Cli;

/// <summary>What a driver can do, by the kernel's names (Documentation/netlink/specs/netdev.yaml) and for people.</summary>
internal static class XdpFeatureNames
{
    private static readonly (XdpFeatures Feature, string Name, string Words)[] s_names =
    [
        (XdpFeatures.Basic, "basic", "native mode"),
        (XdpFeatures.Redirect, "redirect", "redirect"),
        (XdpFeatures.TransmitRedirected, "ndo-xmit", "redirected frames sent"),
        (XdpFeatures.ZeroCopy, "xsk-zerocopy", "zero copy"),
        (XdpFeatures.Offload, "hw-offload", "offload"),
        (XdpFeatures.ReceiveSegments, "rx-sg", "segments"),
        (XdpFeatures.TransmitSegments, "ndo-xmit-sg", "redirected segments sent"),
        (XdpFeatures.TransmitTimestamp, "tx-timestamp", "tx timestamp"),
        (XdpFeatures.TransmitChecksum, "tx-checksum", "tx checksum"),
        (XdpFeatures.TransmitLaunchTime, "tx-launch-time-fifo", "tx launch time"),
    ];

    public static string Words(XdpFeatures? features) => features switch
    {
        null => "unknown: Linux before 6.3 does not tell",
        XdpFeatures.None => "none",
        { } some => string.Join(", ", Of(some).Select(one => one.Words)),
    };

    /// <summary>Null where the kernel does not tell.</summary>
    public static IReadOnlyList<string>? Names(XdpFeatures? features) =>
        features is { } some ? [.. Of(some).Select(one => one.Name)] : null;

    private static IEnumerable<(XdpFeatures Feature, string Name, string Words)> Of(XdpFeatures features) =>
        s_names.Where(one => features.HasFlag(one.Feature));
}
