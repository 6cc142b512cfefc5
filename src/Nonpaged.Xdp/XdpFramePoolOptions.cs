namespace Nonpaged.Xdp;

/// <summary>How many frames a pool has, and what they are like.</summary>
public sealed record XdpFramePoolOptions
{
    /// <summary>
    /// How many frames. 2048 of 2048 bytes are 4 MiB, which fits a limit of 8 MiB for locked memory (RLIMIT_MEMLOCK), the usual
    /// one. Twice the sum of the rings' entries is never too little.
    /// </summary>
    public int Count { get; init; } = 2048;

    /// <summary>
    /// The length of each frame in bytes: 2048 or 4096; with <see cref="Unaligned"/> each multiple of 64 between. The kernel
    /// keeps 256 bytes of it free in front of what it receives (XDP_PACKET_HEADROOM).
    /// </summary>
    public int FrameSize { get; init; } = 2048;

    /// <summary>
    /// Bytes that are kept free in front of each frame that is received, beside the kernel's own 256, and of each that is taken
    /// to be sent: room for headers.
    /// </summary>
    public int Headroom { get; init; }

    /// <summary>Frames of a length that is no power of two (XDP_UMEM_UNALIGNED_CHUNK_FLAG).</summary>
    public bool Unaligned { get; init; }

    /// <summary>
    /// Room for <see cref="XdpFramePool.RequestChecksum"/> and <see cref="XdpFramePool.RequestTimestamp"/>: 24 bytes of
    /// <see cref="Headroom"/>, in front of each frame to be sent. Linux 6.8.
    /// </summary>
    public bool TransmitMetadata { get; init; }

    /// <summary>
    /// The kernel computes the checksums that are requested where frames are copied (XDP_UMEM_TX_SW_CSUM), and leaves none to
    /// the driver. With <see cref="TransmitMetadata"/>.
    /// </summary>
    public bool SoftwareChecksums { get; init; }

    /// <summary>
    /// A frame that is given back or sent by one who does not have it is an exception. Without it such a frame corrupts others;
    /// taking and giving is faster.
    /// </summary>
    public bool Checked { get; init; } = true;

    /// <summary>Where the memory comes from; null for <see cref="NonpagedPool.Default"/>.</summary>
    public NonpagedPool? Memory { get; init; }
}
