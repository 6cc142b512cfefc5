using System.Buffers.Binary;

namespace Nonpaged.Ndis;

/// <summary>The header of a message that tells how a request ended.</summary>
internal readonly record struct DeviceResponseHeader(
    uint Size, DeviceRequestKind Kind, ulong Id, ulong Information, NTSTATUS Status)
{
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static DeviceResponseHeader Read(ReadOnlySpan<byte> bytes)
    {
        uint kind = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        var header = new DeviceResponseHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(bytes), (DeviceRequestKind)(kind & ~DeviceWire.ResponseBit),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
            (NTSTATUS)BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]));
        bool isOne = header.Size is >= DeviceWire.ResponseHeader and <= DeviceWire.LongestResponse
            && (kind & DeviceWire.ResponseBit) != 0;
        return isOne ? header : throw new InvalidDataException("The other end does not speak the protocol of devices.");
    }

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Size);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], (uint)Kind | DeviceWire.ResponseBit);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Id);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], Information);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[24..], (uint)Status);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[28..], 0);
    }
}
