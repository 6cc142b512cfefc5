namespace Nonpaged.Ndis;

/// <summary>A frame that a miniport indicates. Its memory is the miniport's, and holds while the indication lasts.</summary>
/// <param name="ReceiveContext">What names it to MiniportTransferData.</param>
/// <param name="Header">The media header.</param>
/// <param name="HeaderSize">The header's bytes.</param>
/// <param name="LookAhead">The first bytes behind the header.</param>
/// <param name="LookAheadSize">How many of them are there.</param>
/// <param name="PacketSize">The bytes behind the header in all.</param>
/// <param name="Packet">The packet that the miniport indicated the frame as; 0 where it did not.</param>
internal sealed record ReceiveIndication(
    nint ReceiveContext, nint Header, uint HeaderSize, nint LookAhead, uint LookAheadSize, uint PacketSize, nint Packet = 0);
