using System.Buffers.Binary;

namespace Nonpaged.Ndis;

/// <summary>The header of a message to a device.</summary>
internal readonly record struct DeviceRequestHeader
{
    /// <summary>With the header, in bytes.</summary>
    public uint Size { get; init; }

    public DeviceRequestKind Kind { get; init; }

    /// <summary>The program's own number for it. That of a cancel is the number of the request to cancel.</summary>
    public ulong Id { get; init; }

    public ulong Offset { get; init; }

    /// <summary>Of a control its code; of an open <see cref="DeviceWire.Version"/>.</summary>
    public uint Code { get; init; }

    /// <summary>How many of the bytes behind the header are the driver's input.</summary>
    public uint Input { get; init; }

    /// <summary>The room for what comes back, in bytes.</summary>
    public uint Output { get; init; }

    public static DeviceRequestHeader Read(ReadOnlySpan<byte> bytes) => new()
    {
        Size = BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        Kind = (DeviceRequestKind)BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]),
        Id = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
        Offset = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
        Code = BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]),
        Input = BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]),
        Output = BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]),
    };

    public void Write(Span<byte> bytes)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Size);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[4..], (uint)Kind);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[8..], Id);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[16..], Offset);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[24..], Code);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[28..], Input);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[32..], Output);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[36..], 0);
    }

    /// <summary>What is wrong with it; null for nothing. Looks at no byte behind the header.</summary>
    public string? Fault() => Kind switch
    {
        _ when Size < DeviceWire.RequestHeader => $"a message of {Size} bytes is shorter than its header",
        _ when Size > DeviceWire.LongestRequest => $"a message of {Size} bytes is too long",
        _ when Input > Size - DeviceWire.RequestHeader => $"an input of {Input} bytes is longer than its message",
        DeviceRequestKind.Open when Size - DeviceWire.RequestHeader is 0 or > DeviceWire.LongestName =>
            "a name has 1 to 1024 bytes",
        DeviceRequestKind.Open when Code != DeviceWire.Version => $"version {Code} of the protocol is not known",
        DeviceRequestKind.Open => null,
        DeviceRequestKind.Write when Input != Size - DeviceWire.RequestHeader => "bytes follow the data of a write",
        DeviceRequestKind.Write => null,
        DeviceRequestKind.Control when Size - DeviceWire.RequestHeader - Input > Output =>
            "more bytes follow the input of a control than its output takes",
        DeviceRequestKind.Control => null,
        DeviceRequestKind.Read or DeviceRequestKind.Cancel when Size != DeviceWire.RequestHeader =>
            "bytes follow a message that has none",
        DeviceRequestKind.Read or DeviceRequestKind.Cancel => null,
        _ => $"{(uint)Kind} is no kind of message",
    };
}
