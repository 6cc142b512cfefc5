using CsCheck;
using Nonpaged.Xdp;

namespace Nonpaged.Cli.Tests.Values;

public sealed class FilterTextTests
{
    private static readonly Gen<int> s_port = Gen.Int[0, 65535];

    private static readonly string[] s_words =
        ["udp", "53", "or", "and", "not", "(", ")", "ports", "1-2", "source", "port", "vlan", "0x", "-", "?"];

    // A condition's text, and the filter that it means.
    private static readonly Gen<(string Text, XdpFilter Filter)> s_condition = Gen.OneOf(
        Gen.Const(("all", XdpFilter.All)),
        Gen.Const(("ipv4", XdpFilter.IPv4)),
        Gen.Const(("ipv6", XdpFilter.IPv6)),
        Gen.Const(("udp", XdpFilter.Udp())),
        Gen.Const(("tcp", XdpFilter.Tcp())),
        s_port.Select(port => ($"udp {port}", XdpFilter.Udp(port))),
        s_port.Select(port => ($"tcp {port}", XdpFilter.Tcp(port))),
        s_port.Select(port => ($"port {port}", XdpFilter.DestinationPort(port))),
        s_port.Select(port => ($"source port 0x{port:x}", XdpFilter.SourcePort(port))),
        Gen.Select(s_port, s_port, (one, other) => (Math.Min(one, other), Math.Max(one, other)))
            .Select(ports => ($"ports {ports.Item1}-{ports.Item2}", XdpFilter.DestinationPorts(ports.Item1, ports.Item2))),
        Gen.Select(s_port, s_port, (one, other) => (Math.Min(one, other), Math.Max(one, other)))
            .Select(ports => ($"SOURCE ports {ports.Item1}-{ports.Item2}", XdpFilter.SourcePorts(ports.Item1, ports.Item2))),
        Gen.Int[0, 4095].Select(id => ($"vlan {id}", XdpFilter.Vlan(id))),
        s_port.Select(type => ($"ethertype 0x{type:x4}", XdpFilter.EtherType(type))),
        Gen.Int[0, 255].Select(protocol => ($"protocol {protocol}", XdpFilter.Protocol(protocol))));

    [Fact]
    public void A_random_filter_is_read_back_from_its_text() => Filters(4).Sample(one =>
        $"{FilterText.Parse("--filter", one.Text)}" == $"{one.Filter}");

    [Fact]
    public void What_a_filter_says_of_itself_can_be_written_again() => Filters(4).Sample(one =>
        $"{FilterText.Parse("--filter", $"{one.Filter}")}" == $"{one.Filter}");

    [Theory]
    [InlineData("udp or tcp and not ipv6", "(protocol 17 or (protocol 6 and not ethertype 0x86dd))")]
    [InlineData("(udp or tcp) and not ipv6", "((protocol 17 or protocol 6) and not ethertype 0x86dd)")]
    [InlineData("not udp and tcp", "(not protocol 17 and protocol 6)")]
    [InlineData("not(udp and not not tcp)", "not (protocol 17 and not not protocol 6)")]
    [InlineData(" UDP\t53 ", "(protocol 17 and port 53)")]
    public void Not_binds_tighter_than_and_and_that_tighter_than_or(string text, string filter) =>
        Assert.Equal(filter, $"{FilterText.Parse("--filter", text)}");

    [Theory]
    [InlineData("", "the end at position 1 is not a condition")]
    [InlineData("udp 53 or", "the end at position 10 is not a condition")]
    [InlineData("udp 53 or prot 5", "'prot' at position 11 is not a condition")]
    [InlineData("udp 65536", "'65536' at position 5 is not a port, 0 to 65535")]
    [InlineData("udp tcp", "'tcp' at position 5 is not \"and\", \"or\" or the end")]
    [InlineData("(udp", "the end at position 5 is not \")\"")]
    [InlineData("udp)", "')' at position 4 is not \"and\", \"or\" or the end")]
    [InlineData("port", "the end at position 5 is not a port")]
    [InlineData("port -1", "'-1' at position 6 is not a port")]
    [InlineData("ports 7", "'7' at position 7 is not ports FIRST-LAST")]
    [InlineData("ports 8-7", "'8-7' at position 7 is not ports FIRST-LAST")]
    [InlineData("source vlan 7", "'vlan' at position 8 is not \"port\" or \"ports\"")]
    [InlineData("vlan 4096", "'4096' at position 6 is not a VLAN's number, 0 to 4095")]
    [InlineData("ethertype 0x10000", "'0x10000' at position 11 is not an EtherType")]
    [InlineData("protocol 256", "'256' at position 10 is not an IP protocol's number")]
    public void What_is_no_filter_is_refused_with_the_word_and_its_position(string text, string reason)
    {
        AllocationFailure failure = Assert.Throws<CommandException>(() => FilterText.Parse("--filter", text)).Failure;
        Assert.StartsWith($"--filter: {reason}", failure.Reason, StringComparison.Ordinal);
        Assert.StartsWith("conditions are", failure.Limit, StringComparison.Ordinal);
        Assert.NotEmpty(failure.Remedy);
    }

    [Theory]
    [InlineData("(", 100_000)]
    [InlineData("not ", 100_000)]
    [InlineData("udp or ", 100_000)]
    public void One_that_is_too_long_is_refused(string part, int times) => Assert.Throws<CommandException>(() =>
        FilterText.Parse("--filter", string.Concat(Enumerable.Repeat(part, times)) + "udp"));

    [Fact]
    public void Random_words_are_a_filter_or_refused() =>
        Gen.Int[0, s_words.Length - 1].Select(word => s_words[word]).Array[0, 8].Sample(words =>
        {
            try
            {
                FilterText.Parse("--filter", string.Join(' ', words));
            }
            catch (CommandException exception)
            {
                Assert.Contains(" at position ", exception.Failure.Reason, StringComparison.Ordinal);
            }
        });

    private static Gen<(string Text, XdpFilter Filter)> Filters(int depth) => depth == 0
        ? s_condition
        : Gen.OneOf(
            s_condition,
            Filters(depth - 1).Select(one => ($"not ({one.Text})", !one.Filter)),
            Gen.Select(Filters(depth - 1), Filters(depth - 1), (left, right) =>
                ($"({left.Text}) and ({right.Text})", left.Filter & right.Filter)),
            Gen.Select(Filters(depth - 1), Filters(depth - 1), (left, right) =>
                ($"({left.Text}) or ({right.Text})", left.Filter | right.Filter)));
}
