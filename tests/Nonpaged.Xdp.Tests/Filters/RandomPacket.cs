namespace Nonpaged.Xdp.Tests.Filters;

/// <summary>What a random frame holds behind its EtherType.</summary>
/// <param name="Extensions">Numbers of extension headers, for IPv6.</param>
/// <param name="Protocol">The protocol behind them.</param>
/// <param name="Source">The source port, or what stands there.</param>
/// <param name="Destination">The destination port.</param>
/// <param name="Words">The header's length in words of 32 bits, for IPv4.</param>
/// <param name="Fragment">The fragment's offset.</param>
/// <param name="Length">Of each extension header, in its own units.</param>
internal sealed record RandomPacket(
    int[] Extensions, int Protocol, int Source, int Destination, int Words, int Fragment, int Length);
