namespace Nonpaged.Ndis;

/// <summary>What a protocol driver tells NDIS about itself (NDIS 5, "NDIS_PROTOCOL_CHARACTERISTICS").</summary>
public sealed class NDIS_PROTOCOL_CHARACTERISTICS
{
    /// <summary>3, 4 or 5.</summary>
    public byte MajorNdisVersion { get; set; }

    /// <summary>0, or 1 with version 5.</summary>
    public byte MinorNdisVersion { get; set; }

    /// <summary>The protocol's name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Required.</summary>
    public OPEN_ADAPTER_COMPLETE_HANDLER? OpenAdapterCompleteHandler { get; set; }

    /// <summary>Required.</summary>
    public CLOSE_ADAPTER_COMPLETE_HANDLER? CloseAdapterCompleteHandler { get; set; }

    /// <summary>Required.</summary>
    public SEND_COMPLETE_HANDLER? SendCompleteHandler { get; set; }

    /// <summary>Optional.</summary>
    public TRANSFER_DATA_COMPLETE_HANDLER? TransferDataCompleteHandler { get; set; }

    /// <summary>Optional.</summary>
    public RESET_COMPLETE_HANDLER? ResetCompleteHandler { get; set; }

    /// <summary>Required.</summary>
    public REQUEST_COMPLETE_HANDLER? RequestCompleteHandler { get; set; }

    /// <summary>Required.</summary>
    public RECEIVE_HANDLER? ReceiveHandler { get; set; }

    /// <summary>Optional.</summary>
    public RECEIVE_COMPLETE_HANDLER? ReceiveCompleteHandler { get; set; }

    /// <summary>Optional.</summary>
    public STATUS_HANDLER? StatusHandler { get; set; }

    /// <summary>Optional.</summary>
    public STATUS_COMPLETE_HANDLER? StatusCompleteHandler { get; set; }

    /// <summary>
    /// Version 4, optional: gets a packet that a miniport indicated as one, in place of ReceiveHandler, and may keep it.
    /// </summary>
    public RECEIVE_PACKET_HANDLER? ReceivePacketHandler { get; set; }

    /// <summary>Version 4, optional: called for each adapter that runs or starts to.</summary>
    public BIND_HANDLER? BindAdapterHandler { get; set; }

    /// <summary>Version 4, optional: called before an adapter that the protocol has open is halted.</summary>
    public UNBIND_HANDLER? UnbindAdapterHandler { get; set; }

    /// <summary>
    /// Version 4, optional: hears of power and plug and play; null fails what is asked, and is not told the rest.
    /// </summary>
    public PNP_EVENT_HANDLER? PnPEventHandler { get; set; }

    /// <summary>Version 4, optional: called when NDIS unloads the protocol, or an application asked for that.</summary>
    public UNLOAD_PROTOCOL_HANDLER? UnloadHandler { get; set; }

    /// <summary>Where the functions of a driver in C begin, by the names of the members above.</summary>
    internal IReadOnlyDictionary<string, nint>? Entries { get; set; }
}
