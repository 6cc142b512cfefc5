using System.Buffers.Binary;
using System.Net;

namespace Nonpaged.Protocols;

/// <summary>
/// The frames that an <see cref="EchoResponder"/> answers: ARP (RFC 826) and ICMP echo (RFC 792) for its address.
/// </summary>
internal sealed class EchoFrame(IPAddress address)
{
    private const int Header = 14;
    private const int HardwareLength = 6;
    private const ushort TypeArp = 0x0806;
    private const ushort TypeIp = 0x0800;
    private const int ArpLength = 28;
    private const int IpHeader = 20;
    private const byte Icmp = 1;
    private const byte EchoRequest = 8;

    private readonly byte[] _address = address.GetAddressBytes();
    private readonly byte[] _hardware = new byte[HardwareLength];

    public void SetHardwareAddress(ReadOnlySpan<byte> hardware) => hardware.CopyTo(_hardware);

    /// <summary>Whether a frame is a request to this address.</summary>
    public bool IsForUs(ReadOnlySpan<byte> header, ReadOnlySpan<byte> data)
    {
        if (header.Length != Header) return false;
        return BinaryPrimitives.ReadUInt16BigEndian(header[12..]) switch
        {
            // Ethernet and IPv4, a request.
            TypeArp => data.Length >= ArpLength && data[..8].SequenceEqual((ReadOnlySpan<byte>)[0, 1, 8, 0, 6, 4, 0, 1])
                && data.Slice(24, 4).SequenceEqual(_address),
            TypeIp => data.Length >= IpHeader + 8 && data[0] == 0x45 && data[9] == Icmp && data[IpHeader] == EchoRequest
                && data.Slice(16, 4).SequenceEqual(_address),
            _ => false,
        };
    }

    /// <summary>Makes the request the answer to it, in place.</summary>
    public void Answer(Span<byte> frame)
    {
        frame.Slice(HardwareLength, HardwareLength).CopyTo(frame);
        _hardware.CopyTo(frame[HardwareLength..]);
        Span<byte> data = frame[Header..];
        if (BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) == TypeArp)
        {
            data[7] = 2;
            data.Slice(8, 10).CopyTo(data[18..]);
            _hardware.CopyTo(data[8..]);
            _address.CopyTo(data[14..]);
            return;
        }

        // Swapped addresses leave the IP checksum as it is.
        data.Slice(12, 4).CopyTo(data[16..]);
        _address.CopyTo(data[12..]);
        data[IpHeader] = 0;
        // The sum of the message is less by what its first word is (RFC 1624).
        ushort sum = BinaryPrimitives.ReadUInt16BigEndian(data[(IpHeader + 2)..]);
        uint changed = (uint)sum + (EchoRequest << 8);
        BinaryPrimitives.WriteUInt16BigEndian(data[(IpHeader + 2)..], (ushort)(changed + (changed >> 16)));
    }
}
