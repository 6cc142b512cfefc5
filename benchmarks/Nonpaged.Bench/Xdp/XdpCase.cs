namespace Nonpaged.Bench;

/// <summary>What a row of "xdp" measures.</summary>
/// <param name="Mode">One of <see cref="Modes"/>.</param>
/// <param name="Bytes">The frames' length.</param>
internal sealed record XdpCase(string Mode, int Bytes)
{
    /// <summary>Frames are sent as fast as the kernel takes them.</summary>
    public const string Send = "tx";

    /// <summary>Each received frame is given straight back.</summary>
    public const string Drop = "rx-drop";

    /// <summary>The addresses of each received frame are swapped, and it is sent back.</summary>
    public const string Forward = "l2fwd";

    public const int Shortest = 60;
    public const int Longest = 1514;

    public static IReadOnlyList<string> Modes { get; } = [Send, Drop, Forward];

    public static IReadOnlyList<XdpCase> All { get; } =
        [.. from mode in Modes from bytes in new[] { Shortest, Longest } select new XdpCase(mode, bytes)];

    /// <summary>Frames have to arrive, so another process sends them.</summary>
    public bool IsReceiving => Mode != Send;
}
