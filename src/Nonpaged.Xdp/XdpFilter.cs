namespace Nonpaged.Xdp;

/// <summary>
/// Which frames a program brings to its sockets; all others go on to the kernel's stack. Conditions are joined by <c>&amp;</c>,
/// <c>|</c> and <c>!</c>, and become a program for the kernel (<see cref="XdpProgram"/>).
/// </summary>
/// <remarks>
/// <para>Up to two VLAN tags (802.1Q, 802.1ad) are passed over; a tag that the card has taken off the frame is not seen: see
/// <c>ethtool -K INTERFACE rxvlan off</c>.</para>
/// <para>IP options and up to six IPv6 extension headers are passed over. A fragment that is not the first one has a protocol and
/// no ports. A frame that ends before a field does not have that field, and fulfils no condition on it.</para>
/// <para>Conditions on the IP protocol or ports need Linux 5.18 (bpf_xdp_load_bytes, for extension headers).</para>
/// </remarks>
/// <example><code>XdpFilter filter = XdpFilter.Udp(53) | XdpFilter.Vlan(100) &amp; !XdpFilter.Tcp();</code></example>
public sealed class XdpFilter
{
    private XdpFilter(FilterNode node) => Node = node;

    /// <summary>Each frame.</summary>
    public static XdpFilter All { get; } = new(new FilterNode.Every());

    /// <summary>IPv4.</summary>
    public static XdpFilter IPv4 { get; } = EtherType(FrameProgram.IPv4);

    /// <summary>IPv6.</summary>
    public static XdpFilter IPv6 { get; } = EtherType(FrameProgram.IPv6);

    internal FilterNode Node { get; }

    /// <summary>An EtherType, behind VLAN tags: 0x0806 for ARP (IEEE 802 numbers).</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not fit 16 bits.</exception>
    public static XdpFilter EtherType(int etherType) => Field(FilterField.EtherType, etherType, etherType, ushort.MaxValue);

    /// <summary>The number of the outermost VLAN tag.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not fit 12 bits.</exception>
    public static XdpFilter Vlan(int id) => Field(FilterField.Vlan, id, id, 0xfff);

    /// <summary>An IP protocol, of IPv4 or IPv6: 1 for ICMP, 58 for ICMPv6 (IANA's protocol numbers).</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not fit 8 bits.</exception>
    public static XdpFilter Protocol(int protocol) => Field(FilterField.Protocol, protocol, protocol, byte.MaxValue);

    /// <summary>UDP.</summary>
    public static XdpFilter Udp() => Protocol(FrameProgram.Udp);

    /// <summary>UDP to a port.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not fit 16 bits.</exception>
    public static XdpFilter Udp(int destinationPort) => Udp() & DestinationPort(destinationPort);

    /// <summary>TCP.</summary>
    public static XdpFilter Tcp() => Protocol(FrameProgram.Tcp);

    /// <summary>TCP to a port.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not fit 16 bits.</exception>
    public static XdpFilter Tcp(int destinationPort) => Tcp() & DestinationPort(destinationPort);

    /// <summary>A destination port of TCP, UDP, UDP-Lite or SCTP.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not fit 16 bits.</exception>
    public static XdpFilter DestinationPort(int port) => DestinationPorts(port, port);

    /// <summary>Destination ports from one to another, both among them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One does not fit 16 bits, or the last is before the first.</exception>
    public static XdpFilter DestinationPorts(int first, int last) =>
        Field(FilterField.DestinationPort, first, last, ushort.MaxValue);

    /// <summary>A source port of TCP, UDP, UDP-Lite or SCTP.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It does not fit 16 bits.</exception>
    public static XdpFilter SourcePort(int port) => SourcePorts(port, port);

    /// <summary>Source ports from one to another, both among them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One does not fit 16 bits, or the last is before the first.</exception>
    public static XdpFilter SourcePorts(int first, int last) => Field(FilterField.SourcePort, first, last, ushort.MaxValue);

    /// <summary>Frames that fulfil both.</summary>
    public static XdpFilter operator &(XdpFilter left, XdpFilter right) => BitwiseAnd(left, right);

    /// <summary>Frames that fulfil at least one.</summary>
    public static XdpFilter operator |(XdpFilter left, XdpFilter right) => BitwiseOr(left, right);

    /// <summary>Frames that do not fulfil it.</summary>
    public static XdpFilter operator !(XdpFilter filter) => LogicalNot(filter);

    /// <summary>Frames that fulfil both.</summary>
    public static XdpFilter BitwiseAnd(XdpFilter left, XdpFilter right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new XdpFilter(new FilterNode.Both(left.Node, right.Node));
    }

    /// <summary>Frames that fulfil at least one.</summary>
    public static XdpFilter BitwiseOr(XdpFilter left, XdpFilter right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new XdpFilter(new FilterNode.Either(left.Node, right.Node));
    }

    /// <summary>Frames that do not fulfil it.</summary>
    public static XdpFilter LogicalNot(XdpFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return new XdpFilter(new FilterNode.Not(filter.Node));
    }

    /// <summary>The filter as <c>nonpaged xdp INTERFACE --serve PATH --filter</c> takes it.</summary>
    public override string ToString() => Node.ToString()!;

    private static XdpFilter Field(FilterField field, int first, int last, int most)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(last, most);
        ArgumentOutOfRangeException.ThrowIfLessThan(last, first);
        return new XdpFilter(new FilterNode.Within(field, first, last));
    }
}
