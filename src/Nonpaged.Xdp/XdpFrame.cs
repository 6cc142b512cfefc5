using System.Runtime.InteropServices;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>
/// Where a frame, or a part of one, lies in an <see cref="XdpFramePool"/>: a descriptor of AF_XDP (struct xdp_desc,
/// linux/if_xdp.h). It is a value of 16 bytes and holds no memory; <see cref="XdpFramePool.Data"/> gives the bytes.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct XdpFrame : IEquatable<XdpFrame>
{
    internal const int OptionShift = 32;

    internal const int Size = 2 * sizeof(ulong);

    internal readonly ulong _address;

    // One word, as it is looked at: the length in the lower half, the options above, as they lie in memory.
    internal readonly ulong _lengthAndOptions;

    internal XdpFrame(ulong address, uint length, uint options)
    {
        _address = address;
        _lengthAndOptions = length | (ulong)options << OptionShift;
    }

    private XdpFrame(ulong address, ulong lengthAndOptions) => (_address, _lengthAndOptions) = (address, lengthAndOptions);

    /// <summary>Where the first byte lies, counted from the pool's first one.</summary>
    public long Address => (long)_address;

    /// <summary>How many bytes there are.</summary>
    public int Length => (int)_lengthAndOptions;

    internal uint Options => (uint)(_lengthAndOptions >> OptionShift);

    /// <summary>
    /// The packet goes on in the next frame (XDP_PKT_CONTD). Only where <see cref="XdpSocketOptions.MultiBuffer"/> is asked for.
    /// </summary>
    public bool IsContinued => (Options & AfXdp.XDP_PKT_CONTD) != 0;

    /// <summary>The same frame with another length, such as that of an answer.</summary>
    /// <param name="length">In bytes; the frame must have room for so many.</param>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public XdpFrame WithLength(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new XdpFrame(_address, (_lengthAndOptions & ~(ulong)uint.MaxValue) | (uint)length);
    }

    /// <summary>The same frame, starting earlier or later: a header is put in front, or taken off.</summary>
    /// <param name="bytes">By how many bytes later; negative for earlier. The end stays where it is.</param>
    /// <exception cref="ArgumentOutOfRangeException">The frame has fewer bytes, would start below the pool's first, or be longer
    /// than <see cref="int.MaxValue"/>.</exception>
    public XdpFrame Advance(int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, (long)(uint)Length);
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, Math.Max(-Address, Length - (long)int.MaxValue));
        return new XdpFrame(_address + (ulong)bytes, (uint)Length - (uint)bytes, Options);
    }

    /// <summary>The same frame, which the packet goes on behind, or ends with.</summary>
    public XdpFrame WithContinuation(bool isContinued) =>
        new(_address, (uint)Length, isContinued ? Options | AfXdp.XDP_PKT_CONTD : Options & ~AfXdp.XDP_PKT_CONTD);

    /// <inheritdoc/>
    public bool Equals(XdpFrame other) =>
        _address == other._address && _lengthAndOptions == other._lengthAndOptions;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is XdpFrame other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_address, _lengthAndOptions);

    /// <summary>Whether two are the same bytes, with the same options.</summary>
    public static bool operator ==(XdpFrame left, XdpFrame right) => left.Equals(right);

    /// <summary>Whether two differ.</summary>
    public static bool operator !=(XdpFrame left, XdpFrame right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Length} bytes at {Address}{(IsContinued ? ", continued" : "")}";
}
