namespace Nonpaged.Ndis;

/// <summary>What a program asks a device for: a read, a write or a control.</summary>
internal readonly ref struct IoTransfer
{
    public IrpMajor Major { get; init; }

    /// <summary>By which the program names it; unique among those that are outstanding.</summary>
    public ulong Id { get; init; }

    /// <summary>Of a read or write, where in the device.</summary>
    public ulong Offset { get; init; }

    /// <summary>Of a control. Its low two bits say how buffers are handed over.</summary>
    public uint Code { get; init; }

    /// <summary>The room for what the driver gives back, in bytes.</summary>
    public uint Output { get; init; }

    /// <summary>What the driver gets.</summary>
    public ReadOnlySpan<byte> Input { get; init; }

    /// <summary>Of a control, what is in the output buffer before: some drivers read it (METHOD_IN_DIRECT).</summary>
    public ReadOnlySpan<byte> Given { get; init; }
}
