using System.Buffers.Binary;

namespace Nonpaged.Samples.Xdp;

/// <summary>Fields of Ethernet, IPv4 and UDP, as far as the samples need them (IEEE 802.3, RFC 791, RFC 768).</summary>
internal static class Ethernet
{
    public const int HeaderLength = 14;
    public const int AddressLength = 6;

    public static int EtherTypeOf(ReadOnlySpan<byte> frame) => frame.Length < HeaderLength ? -1 : U16(frame, 12);

    /// <summary>The frame goes back to its sender.</summary>
    public static void ExchangeAddresses(Span<byte> frame) => Exchange(frame[..(2 * AddressLength)]);

    /// <summary>Exchanges the two halves of some bytes.</summary>
    public static void Exchange(Span<byte> halves)
    {
        int length = halves.Length / 2;
        Span<byte> kept = stackalloc byte[length];
        halves[..length].CopyTo(kept);
        halves[length..].CopyTo(halves);
        kept.CopyTo(halves[length..]);
    }

    public static int U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
}
