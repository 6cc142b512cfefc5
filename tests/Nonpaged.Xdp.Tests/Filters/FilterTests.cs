using CsCheck;

namespace Nonpaged.Xdp.Tests.Filters;

/// <summary>What a filter means, asked from the kernel that runs its program.</summary>
public sealed class FilterTests
{
    public FilterTests() => Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, to load programs");

    [Fact]
    public void The_kernel_takes_a_thousand_random_filters_and_they_let_pass_what_a_model_says()
    {
        int asked = 0, redirected = 0;
        RandomFilter.Any.Select(RandomFrame.Any.Array[20]).Sample(
            (filter, frames) =>
            {
                using var kernel = new KernelFilter(filter.Filter);
                foreach (byte[] frame in frames)
                {
                    var fields = FrameFields.Read(frame);
                    bool isRedirected = kernel.Redirects(frame);
                    (asked, redirected) = (asked + 1, redirected + (isRedirected ? 1 : 0));
                    Assert.True(
                        filter.Holds(fields) == isRedirected,
                        $"{filter.Filter}: {fields}, {Convert.ToHexString(frame)}, {kernel.Length} instructions");
                }
            },
            iter: 1000,
            threads: 1);
        Assert.InRange((double)redirected / asked, 0.1, 0.9);
    }

    [Theory]
    [InlineData(53, true)]
    [InlineData(54, false)]
    public void UDP_to_a_port_is_told_from_other_ports(int port, bool isMeant)
    {
        using var kernel = new KernelFilter(XdpFilter.Udp(53));
        byte[] frame = new byte[60];
        (frame[12], frame[13], frame[14], frame[23]) = (0x08, 0x00, 0x45, 17);
        frame[37] = (byte)port;
        Assert.Equal(isMeant, kernel.Redirects(frame));
    }

    [Fact]
    public void A_filter_says_what_it_is() => Assert.Equal(
        "((protocol 17 and port 53) or not ethertype 0x0806)",
        (XdpFilter.Udp(53) | !XdpFilter.EtherType(0x0806)).ToString());

    [Fact]
    public void Numbers_that_a_field_cannot_have_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => XdpFilter.EtherType(65536));
        Assert.Throws<ArgumentOutOfRangeException>(() => XdpFilter.Vlan(4096));
        Assert.Throws<ArgumentOutOfRangeException>(() => XdpFilter.Protocol(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => XdpFilter.DestinationPorts(2, 1));
    }

    [Fact]
    public void A_filter_with_more_conditions_than_jumps_can_tell_is_refused()
    {
        var filter = XdpFilter.Udp(1);
        for (int i = 2; i < 20_000; i++) filter |= XdpFilter.DestinationPort(i);
        Assert.Throws<ArgumentException>(() => new KernelFilter(filter));
    }
}
