using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Nonpaged.Protocols;

/// <summary>
/// What a frame of an exchange holds: 14 bytes of header, 8 of number, 4 of checksum over the rest, which is filled from the
/// number. What follows the header is its body.
/// </summary>
internal static class NumberedFrame
{
    /// <summary>Ethernet's header.</summary>
    public const int HeaderSize = 14;

    /// <summary>The number of a frame that does not count.</summary>
    public const long ProbeNumber = -1;

    private const int ChecksumOffset = sizeof(long);
    private const int FillOffset = ChecksumOffset + sizeof(uint);

    // IEEE Std 802: Local Experimental EtherType 1.
    private const ushort EtherType = 0x88b5;
    private const int EtherTypeOffset = 12;

    public static byte[] Header(MacAddress from, MacAddress to)
    {
        byte[] header = new byte[HeaderSize];
        to.ToArray().CopyTo(header, 0);
        from.ToArray().CopyTo(header, 6);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(EtherTypeOffset), EtherType);
        return header;
    }

    /// <summary>The header is one of an exchange.</summary>
    public static bool IsOne(ReadOnlySpan<byte> header) =>
        BinaryPrimitives.ReadUInt16BigEndian(header[EtherTypeOffset..]) == EtherType;

    public static void Write(Span<byte> frame, byte[] header, long number)
    {
        header.CopyTo(frame);
        Span<byte> body = frame[HeaderSize..];
        BinaryPrimitives.WriteInt64LittleEndian(body, number);
        Fill(body[FillOffset..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(body[ChecksumOffset..], Checksum(number, body[FillOffset..]));
    }

    public static bool IsProbe(ReadOnlySpan<byte> body) =>
        body.Length >= sizeof(long) && BinaryPrimitives.ReadInt64LittleEndian(body) == ProbeNumber;

    /// <summary>Reads a whole body. False where it is not what was written with its number.</summary>
    public static bool Read(ReadOnlySpan<byte> body, out long number)
    {
        number = BinaryPrimitives.ReadInt64LittleEndian(body);
        uint checksum = BinaryPrimitives.ReadUInt32LittleEndian(body[ChecksumOffset..]);
        return checksum == Checksum(number, body[FillOffset..]);
    }

    private static void Fill(Span<byte> bytes, long number)
    {
        // Knuth's multiplicative hash: neighbouring numbers fill quite differently.
        ulong word = (ulong)number * 0x9e3779b97f4a7c15;
        foreach (ref ulong eight in MemoryMarshal.Cast<byte, ulong>(bytes)) eight = word += 0x9e3779b97f4a7c15;
        bytes[(bytes.Length & ~7)..].Fill((byte)word);
    }

    private static uint Checksum(long number, ReadOnlySpan<byte> bytes)
    {
        uint crc = BitOperations.Crc32C(uint.MaxValue, (ulong)number);
        foreach (ulong eight in MemoryMarshal.Cast<byte, ulong>(bytes)) crc = BitOperations.Crc32C(crc, eight);
        foreach (byte one in bytes[(bytes.Length & ~7)..]) crc = BitOperations.Crc32C(crc, one);
        return crc;
    }
}
