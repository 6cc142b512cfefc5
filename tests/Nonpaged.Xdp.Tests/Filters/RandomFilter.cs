using CsCheck;

namespace Nonpaged.Xdp.Tests.Filters;

/// <summary>A filter, and what it should say of a frame.</summary>
internal sealed record RandomFilter(XdpFilter Filter, Func<FrameFields, bool> Holds)
{
    // Few values, so that random frames meet random conditions often.
    public static readonly int[] EtherTypes = [0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8, 0x88b5];
    public static readonly int[] Vlans = [0, 1, 100, 4095];
    public static readonly int[] Protocols = [0, 1, 6, 17, 43, 44, 51, 58, 59, 60, 132, 136, 255];
    public static readonly int[] Ports = [0, 1, 53, 80, 443, 1000, 65535];

    private static readonly Gen<RandomFilter> s_leaf = Gen.OneOf(
        Gen.OneOf(EtherTypes).Select(value => new RandomFilter(XdpFilter.EtherType(value), frame => frame.EtherType == value)),
        Gen.OneOf(Vlans).Select(value => new RandomFilter(XdpFilter.Vlan(value), frame => frame.Vlan == value)),
        Gen.OneOf(Protocols).Select(value => new RandomFilter(XdpFilter.Protocol(value), frame => frame.Protocol == value)),
        Gen.OneOf(Ports).Select(value => new RandomFilter(
            XdpFilter.Udp(value), frame => frame.Protocol == 17 && frame.DestinationPort == value)),
        Gen.OneOf(Ports).Select(value => new RandomFilter(
            XdpFilter.Tcp(value), frame => frame.Protocol == 6 && frame.DestinationPort == value)),
        Range.Select(range => new RandomFilter(
            XdpFilter.SourcePorts(range.Item1, range.Item2),
            frame => frame.SourcePort >= range.Item1 && frame.SourcePort <= range.Item2)),
        Range.Select(range => new RandomFilter(
            XdpFilter.DestinationPorts(range.Item1, range.Item2),
            frame => frame.DestinationPort >= range.Item1 && frame.DestinationPort <= range.Item2)),
        Gen.Const(new RandomFilter(XdpFilter.All, _ => true)),
        Gen.Const(new RandomFilter(XdpFilter.IPv4, frame => frame.EtherType == 0x0800)),
        Gen.Const(new RandomFilter(XdpFilter.IPv6, frame => frame.EtherType == 0x86dd)));

    private static Gen<(int, int)> Range => Gen.Select(
        Gen.OneOf(Ports), Gen.OneOf(Ports), (one, other) => (Math.Min(one, other), Math.Max(one, other)));

    public static Gen<RandomFilter> Any { get; } = Gen.Recursive<RandomFilter>((depth, inner) => depth >= 4
        ? s_leaf
        : Gen.Frequency(
            (2, s_leaf),
            (1, inner.Select(one => new RandomFilter(!one.Filter, frame => !one.Holds(frame)))),
            (2, Gen.Select(inner, inner, (one, other) => new RandomFilter(
                one.Filter & other.Filter, frame => one.Holds(frame) && other.Holds(frame)))),
            (2, Gen.Select(inner, inner, (one, other) => new RandomFilter(
                one.Filter | other.Filter, frame => one.Holds(frame) || other.Holds(frame))))));
}
