using System.Buffers.Binary;
using System.Text;

namespace Nonpaged.Xdp;

/// <summary>Reads the attributes of a netlink message (netlink(7), struct nlattr): length, type, value, padded to 4
/// bytes.</summary>
internal ref struct NetlinkReader
{
    private const int HeaderLength = 4;

    // NLA_F_NESTED and NLA_F_NET_BYTEORDER.
    private const int TypeMask = 0x3fff;

    private ReadOnlySpan<byte> _rest;

    public NetlinkReader(ReadOnlySpan<byte> attributes)
    {
        _rest = attributes;
        Value = default;
        Type = 0;
    }

    public int Type { get; private set; }

    public ReadOnlySpan<byte> Value { get; private set; }

    public readonly uint AsUInt32 => Value.Length >= 4 ? BinaryPrimitives.ReadUInt32LittleEndian(Value) : 0;

    public readonly ulong AsUInt64 => Value.Length >= 8 ? BinaryPrimitives.ReadUInt64LittleEndian(Value) : 0;

    public readonly string AsText => Encoding.UTF8.GetString(Value.TrimEnd((byte)0));

    public bool Next()
    {
        if (_rest.Length < HeaderLength) return false;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
        if (length < HeaderLength || length > _rest.Length) return false;
        Type = BinaryPrimitives.ReadUInt16LittleEndian(_rest[2..]) & TypeMask;
        Value = _rest[HeaderLength..length];
        _rest = _rest[Math.Min((length + 3) & ~3, _rest.Length)..];
        return true;
    }
}
