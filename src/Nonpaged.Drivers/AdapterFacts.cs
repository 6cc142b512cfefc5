namespace Nonpaged.Drivers;

/// <summary>What an Ethernet adapter tells about itself, for the OIDs that all such adapters answer alike.</summary>
internal readonly ref struct AdapterFacts
{
    public AdapterFacts()
    {
    }

    /// <summary>Six bytes each.</summary>
    public required ReadOnlySpan<byte> PermanentAddress { get; init; }

    public required ReadOnlySpan<byte> CurrentAddress { get; init; }

    /// <summary>Terminated by 0, as OID_GEN_VENDOR_DESCRIPTION has it.</summary>
    public required ReadOnlySpan<byte> Description { get; init; }

    /// <summary>In megabits a second.</summary>
    public required uint LinkSpeed { get; init; }

    public required bool IsLinkUp { get; init; }

    /// <summary>In bytes.</summary>
    public required uint TransmitSpace { get; init; }

    public required uint ReceiveSpace { get; init; }

    public required uint BlockSize { get; init; }

    /// <summary>How many packets MiniportSendPackets takes at a time; 1 with MiniportSend.</summary>
    public uint SendPackets { get; init; } = 1;

    public required uint PacketFilter { get; init; }

    public required uint MulticastListSize { get; init; }

    public required AdapterStatistics Statistics { get; init; }
}
