using System.Net;

namespace Nonpaged.Protocols;

/// <summary>An address that a DHCP server leased (RFC 2131).</summary>
/// <param name="Address">The address.</param>
/// <param name="SubnetMask">The network's mask.</param>
/// <param name="Router">The way out of the network, or null.</param>
/// <param name="Server">The server that leased it.</param>
/// <param name="Duration">For how long it is leased.</param>
/// <param name="NameServers">The name servers that it told.</param>
public sealed record DhcpLease(
    IPAddress Address,
    IPAddress SubnetMask,
    IPAddress? Router,
    IPAddress Server,
    TimeSpan Duration,
    IReadOnlyList<IPAddress> NameServers);
