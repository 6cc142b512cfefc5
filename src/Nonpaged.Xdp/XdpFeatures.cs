namespace Nonpaged.Xdp;

/// <summary>What an interface's driver can do with XDP, in its own words (linux/netdev.h, Linux 6.3).</summary>
[Flags]
public enum XdpFeatures
{
    /// <summary>Nothing: programs run behind the driver.</summary>
    None = 0,

    /// <summary>Programs run in the driver, and may drop frames, let them pass, or send them back.</summary>
    Basic = 1 << 0,

    /// <summary>Programs in the driver may redirect frames, to a socket, too.</summary>
    Redirect = 1 << 1,

    /// <summary>Frames may be redirected to the interface.</summary>
    TransmitRedirected = 1 << 2,

    /// <summary>AF_XDP without copying.</summary>
    ZeroCopy = 1 << 3,

    /// <summary>Programs run in the device.</summary>
    Offload = 1 << 4,

    /// <summary>Packets of several buffers reach the program.</summary>
    ReceiveSegments = 1 << 5,

    /// <summary>Packets of several buffers may be redirected to the interface.</summary>
    TransmitSegments = 1 << 6,

    /// <summary>The time at which a frame was sent (<see cref="XdpFramePool.RequestTimestamp"/>).</summary>
    TransmitTimestamp = 1 << 8,

    /// <summary>The device computes checksums (<see cref="XdpFramePool.RequestChecksum"/>).</summary>
    TransmitChecksum = 1 << 9,

    /// <summary>The device sends at a given time.</summary>
    TransmitLaunchTime = 1 << 10,
}
