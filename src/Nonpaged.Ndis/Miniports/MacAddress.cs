namespace Nonpaged.Ndis;

/// <summary>An Ethernet address: six bytes.</summary>
public readonly record struct MacAddress
{
    private readonly ulong _value;

    /// <summary>From the six bytes in the order in which they go over the wire.</summary>
    /// <exception cref="ArgumentException">There are not six of them.</exception>
    public MacAddress(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != 6)
            throw new ArgumentException($"An Ethernet address has 6 bytes, not {bytes.Length}.", nameof(bytes));
        foreach (byte one in bytes) _value = (_value << 8) | one;
    }

    /// <summary>The six bytes in the order in which they go over the wire.</summary>
    public byte[] ToArray() => [.. Enumerable.Range(0, 6).Select(Byte)];

    /// <summary>As ip link writes it: 52:54:00:12:34:56.</summary>
    public override string ToString() => string.Join(':', ToArray().Select(one => one.ToString("x2", null)));

    private byte Byte(int index) => (byte)(_value >> (8 * (5 - index)));
}
