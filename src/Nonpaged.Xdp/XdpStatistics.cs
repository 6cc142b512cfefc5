namespace Nonpaged.Xdp;

/// <summary>What a socket counted since it was opened.</summary>
/// <param name="Received">Frames that the program received.</param>
/// <param name="Sent">Frames that the program sent and the kernel is done with.</param>
/// <param name="Dropped">Frames that were dropped because they did not fit, or the kernel had no memory (rx_dropped).</param>
/// <param name="ReceiveRingFull">Frames that were dropped because the program received too slowly (rx_ring_full).</param>
/// <param name="FillRingEmpty">Times that there was no free frame for the kernel
/// (rx_fill_ring_empty_descs).</param>
/// <param name="InvalidFill">Invalid descriptors in the fill ring (rx_invalid_descs).</param>
/// <param name="InvalidTransmit">Invalid descriptors in the ring of frames to be sent (tx_invalid_descs).</param>
/// <param name="TransmitRingEmpty">Times that there was nothing to send (tx_ring_empty_descs).</param>
public readonly record struct XdpStatistics(
    long Received,
    long Sent,
    long Dropped,
    long ReceiveRingFull,
    long FillRingEmpty,
    long InvalidFill,
    long InvalidTransmit,
    long TransmitRingEmpty);
