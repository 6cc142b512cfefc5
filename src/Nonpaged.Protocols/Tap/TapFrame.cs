namespace Nonpaged.Protocols;

/// <summary>Sizes of the frames between an adapter and a network interface, in bytes.</summary>
internal static class TapFrame
{
    /// <summary>Ethernet's header.</summary>
    public const uint HeaderSize = 14;

    /// <summary>The longest, its header included.</summary>
    public const uint Longest = 1514;

    /// <summary>
    /// The memory for one. A frame that is too long for the adapter shows as one that is longer than <see cref="Longest"/>: a
    /// read of the kernel's cuts it off silently.
    /// </summary>
    public const uint Memory = Longest + 22;
}
