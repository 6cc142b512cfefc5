namespace Nonpaged.Ndis;

/// <summary>
/// What a miniport tells NDIS about itself: its version and its functions (NDIS 5, "NDIS_MINIPORT_CHARACTERISTICS").
/// </summary>
public sealed class NDIS_MINIPORT_CHARACTERISTICS
{
    /// <summary>3, 4 or 5.</summary>
    public byte MajorNdisVersion { get; set; }

    /// <summary>0, or 1 with version 5.</summary>
    public byte MinorNdisVersion { get; set; }

    /// <summary>Optional.</summary>
    public W_CHECK_FOR_HANG_HANDLER? CheckForHangHandler { get; set; }

    /// <summary>Required by a miniport that registers an interrupt without RequestIsr.</summary>
    public W_DISABLE_INTERRUPT_HANDLER? DisableInterruptHandler { get; set; }

    /// <summary>Required by a miniport that registers an interrupt without RequestIsr.</summary>
    public W_ENABLE_INTERRUPT_HANDLER? EnableInterruptHandler { get; set; }

    /// <summary>Required.</summary>
    public W_HALT_HANDLER? HaltHandler { get; set; }

    /// <summary>Required by a miniport that registers an interrupt.</summary>
    public W_HANDLE_INTERRUPT_HANDLER? HandleInterruptHandler { get; set; }

    /// <summary>Required.</summary>
    public W_INITIALIZE_HANDLER? InitializeHandler { get; set; }

    /// <summary>Required by a miniport that registers an interrupt.</summary>
    public W_ISR_HANDLER? ISRHandler { get; set; }

    /// <summary>Required.</summary>
    public W_QUERY_INFORMATION_HANDLER? QueryInformationHandler { get; set; }

    /// <summary>Required.</summary>
    public W_RESET_HANDLER? ResetHandler { get; set; }

    /// <summary>Required where SendPacketsHandler is missing.</summary>
    public W_SEND_HANDLER? SendHandler { get; set; }

    /// <summary>Required.</summary>
    public W_SET_INFORMATION_HANDLER? SetInformationHandler { get; set; }

    /// <summary>Required by a miniport that indicates less than whole frames.</summary>
    public W_TRANSFER_DATA_HANDLER? TransferDataHandler { get; set; }

    /// <summary>Version 4: required by a miniport that indicates packets.</summary>
    public W_RETURN_PACKET_HANDLER? ReturnPacketHandler { get; set; }

    /// <summary>Version 4: preferred to SendHandler where both are there.</summary>
    public W_SEND_PACKETS_HANDLER? SendPacketsHandler { get; set; }

    /// <summary>Version 4: ends NdisMAllocateSharedMemoryAsync.</summary>
    public W_ALLOCATE_COMPLETE_HANDLER? AllocateCompleteHandler { get; set; }

    /// <summary>Version 5.1: is asked to give up packets of a cancelled send.</summary>
    public W_CANCEL_SEND_PACKETS_HANDLER? CancelSendPacketsHandler { get; set; }

    /// <summary>Version 5.1: quiets the hardware when the system goes down.</summary>
    public ADAPTER_SHUTDOWN_HANDLER? AdapterShutdownHandler { get; set; }

    /// <summary>Version 5.1: is told that the hardware was taken away.</summary>
    public W_PNP_EVENT_NOTIFY_HANDLER? PnPEventNotifyHandler { get; set; }

    /// <summary>Where the functions of a driver in C begin, by the names of the members above.</summary>
    internal IReadOnlyDictionary<string, nint>? Entries { get; set; }
}
