using System.Buffers.Binary;

namespace Nonpaged.Xdp.Tests.Filters;

/// <summary>
/// What a frame says of itself, as the documentation of <see cref="XdpFilter"/> has it; a field that it does not have is null.
/// </summary>
internal sealed record FrameFields(int? EtherType, int? Vlan, int? Protocol, int? SourcePort, int? DestinationPort)
{
    private static readonly int[] s_extensions = [0, 43, 44, 51, 60];
    private static readonly int[] s_withPorts = [6, 17, 132, 136];

    public static FrameFields Read(byte[] frame)
    {
        int? vlan = null;
        if (frame.Length < 14) return new FrameFields(null, null, null, null, null);
        (int etherType, int at) = (U16(frame, 12), 14);
        for (int tag = 0; tag < 2 && etherType is 0x8100 or 0x88a8 && frame.Length >= at + 4; tag++)
        {
            vlan ??= U16(frame, at) & 0xfff;
            (etherType, at) = (U16(frame, at + 2), at + 4);
        }

        (int? protocol, int? ports) = etherType switch
        {
            0x0800 => ReadIPv4(frame, at),
            0x86dd => ReadIPv6(frame, at),
            _ => (null, null),
        };
        bool hasPorts = ports is { } place && protocol is { } number && s_withPorts.Contains(number) && frame.Length >= place + 4;
        return hasPorts
            ? new FrameFields(etherType, vlan, protocol, U16(frame, ports!.Value), U16(frame, ports.Value + 2))
            : new FrameFields(etherType, vlan, protocol, null, null);
    }

    private static (int? Protocol, int? Ports) ReadIPv4(byte[] frame, int at)
    {
        if (frame.Length < at + 20 || frame[at] >> 4 != 4 || (frame[at] & 15) < 5) return (null, null);
        bool isFirst = (U16(frame, at + 6) & 0x1fff) == 0;
        return (frame[at + 9], isFirst ? at + 4 * (frame[at] & 15) : null);
    }

    private static (int? Protocol, int? Ports) ReadIPv6(byte[] frame, int at)
    {
        if (frame.Length < at + 40 || frame[at] >> 4 != 6) return (null, null);
        int protocol = frame[at + 6];
        at += 40;
        for (int passed = 0; s_extensions.Contains(protocol); passed++)
        {
            if (passed == 6 || frame.Length < at + 8) return (protocol, null);
            (int next, int length) = (frame[at], frame[at + 1]);
            if (protocol == 44 && (U16(frame, at + 2) & 0xfff8) != 0) return (next, null);
            at += protocol switch { 44 => 8, 51 => 4 * (length + 2), _ => 8 * (length + 1) };
            protocol = next;
        }

        return (protocol, at);
    }

    private static int U16(byte[] frame, int at) => BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(at));
}
