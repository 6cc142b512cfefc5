namespace Nonpaged.Xdp;

/// <summary>Where an XDP program runs.</summary>
public enum XdpAttachMode
{
    /// <summary>In the driver where it can, otherwise behind it: <see cref="XdpProgram.IsNative"/> tells.</summary>
    Any,

    /// <summary>In the driver (XDP_FLAGS_DRV_MODE), or not at all.</summary>
    Native,

    /// <summary>Behind the driver (XDP_FLAGS_SKB_MODE), which every interface allows. Slower.</summary>
    Generic,
}
