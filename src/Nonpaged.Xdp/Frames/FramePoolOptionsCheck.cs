using System.Numerics;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>What the kernel takes for frames (xdp_umem_reg in Documentation/networking/af_xdp.rst), and what it does
/// not.</summary>
internal static unsafe class FramePoolOptionsCheck
{
    private const int Smallest = 2048;
    private const int Page = 4096;
    private const int Line = 64;

    /// <summary>Where frames to be sent start in their places.</summary>
    public static int StartOf(XdpFramePoolOptions options) =>
        options.TransmitMetadata ? Math.Max(options.Headroom, sizeof(AfXdp.TransmitMetadata)) : options.Headroom;

    /// <exception cref="ArgumentOutOfRangeException">One is out of range.</exception>
    public static void ThrowIfWrong(XdpFramePoolOptions options)
    {
        int size = options.FrameSize;
        bool isSize = size is >= Smallest and <= Page
            && (options.Unaligned ? size % Line == 0 : BitOperations.IsPow2(size));
        if (!isSize)
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), size, options.Unaligned
                    ? $"{nameof(options.FrameSize)}: unaligned frames have {Smallest} to {Page} bytes, a multiple of {Line}."
                    : $"{nameof(options.FrameSize)}: frames have 2048 or 4096 bytes; {nameof(options.Unaligned)} allows others.");
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Count, nameof(options.Count));
        // What int counts, and xdp_umem_reg allows: 2^32 bytes.
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)options.Count * size, uint.MaxValue, nameof(options.Count));
        ArgumentOutOfRangeException.ThrowIfNegative(options.Headroom, nameof(options.Headroom));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(
            StartOf(options), size - AfXdp.PacketHeadroom, nameof(options.Headroom));
        if (options is { SoftwareChecksums: true, TransmitMetadata: false })
        {
            throw new ArgumentOutOfRangeException(
                nameof(options), $"{nameof(options.SoftwareChecksums)} goes with {nameof(options.TransmitMetadata)}.");
        }
    }
}
