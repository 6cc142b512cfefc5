using PacketDotNet;
using HardwareAddress = System.Net.NetworkInformation.PhysicalAddress;

namespace Nonpaged.Protocols;

/// <summary>
/// Where a protocol's frames leave: makes them, with its own address as the source, and sends them in packets that come back.
/// </summary>
/// <param name="protocol">In whose name they are sent.</param>
/// <param name="binding">To which adapter.</param>
/// <param name="packets">Made with <see cref="FrameSize"/>.</param>
internal sealed class EthernetPort(ProtocolDriver protocol, BindingHandle binding, FramePackets packets)
{
    /// <summary>The longest frame.</summary>
    public const uint FrameSize = 1514;

    /// <summary>How many sends overlap, at most.</summary>
    public const int MostSends = 8;

    // The slowest card sends a frame in milliseconds.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>The adapter's address, once it has told it.</summary>
    public HardwareAddress Address { get; set; } = HardwareAddress.None;

    /// <summary>The adapter that it sends with.</summary>
    public Adapter Adapter => binding.Adapter!;

    /// <summary>A frame from its own address.</summary>
    public byte[] Frame(HardwareAddress destination, EthernetType type, Packet payload) =>
        new EthernetPacket(Address, destination, type) { PayloadPacket = payload }.Bytes;

    /// <summary>Sends a frame as soon as a packet is free.</summary>
    /// <exception cref="TimeoutException">The driver completes no send.</exception>
    public async Task SendAsync(byte[] frame, CancellationToken cancellationToken)
    {
        if (!await packets.ReserveAsync(s_patience, cancellationToken).ConfigureAwait(false))
        {
            throw new TimeoutException(
                $"The driver of {Adapter.Name} has completed none of the {MostSends} sends that it was given within "
                + $"{s_patience.TotalSeconds:0} seconds (NdisMSendComplete).");
        }

        protocol.Run(() => SendReserved(frame));
    }

    /// <summary>Sends from a handler, which may not wait; the frame is dropped where all packets are out.</summary>
    public unsafe void TrySend(byte[] frame)
    {
        NDIS_PACKET* packet = packets.Take(TimeSpan.Zero);
        if (packet is not null) Send(frame, packet);
    }

    /// <summary>For ProtocolSendComplete.</summary>
    public unsafe void SendComplete(NDIS_PACKET* packet) => packets.Return(packet);

    private unsafe void SendReserved(byte[] frame) => Send(frame, packets.TakeReserved());

    private unsafe void Send(byte[] frame, NDIS_PACKET* packet)
    {
        frame.CopyTo(new Span<byte>(FramePackets.MemoryOf(packet), (int)FrameSize));
        FramePackets.SetLength(packet, (uint)frame.Length);
        if (binding.Send(packet) != NDIS_STATUS_PENDING) SendComplete(packet);
    }
}
