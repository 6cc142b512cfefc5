namespace Nonpaged.Xdp;

/// <summary>Whether the kernel copies frames between a driver's memory and the pool's.</summary>
public enum XdpCopyMode
{
    /// <summary>Without copying where the driver can, otherwise copied: <see cref="XdpSocket.IsZeroCopy"/> tells.</summary>
    Any,

    /// <summary>Copied (XDP_COPY), which every driver allows.</summary>
    Copy,

    /// <summary>Without copying (XDP_ZEROCOPY), or not at all.</summary>
    ZeroCopy,
}
