using System.Diagnostics;

namespace Nonpaged.Protocols;

/// <summary>
/// The sending end of an exchange: sends frames by their numbers, as fast as the window lets it. It is used by one thread.
/// </summary>
internal sealed unsafe class FrameSender(BindingHandle binding, FramePackets packets, SendWindow window, FrameArrivals arrivals)
{
    private const int Batch = 16;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_probeInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>How many were sent.</summary>
    public long Sent { get; private set; }

    /// <summary>When the first was (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public long Start { get; private set; }

    public void Begin(long now)
    {
        Sent = 0;
        Start = now;
    }

    /// <summary>Sends so many, in the protocol's name.</summary>
    public void SendAll(long frames, int length, byte[] header, CancellationToken cancellationToken)
    {
        if (!Probe(header, cancellationToken)) return;
        Start = Stopwatch.GetTimestamp();
        while (Sent < frames)
        {
            int count = SendSome(header, Sent, Math.Min(frames - Sent, Batch), length, cancellationToken);
            if (count == 0) break;
            Sent += count;
        }
    }

    /// <summary>
    /// Sends as many as there is room for in the window, together; waits for the first. 0 where none came free.
    /// </summary>
    private int SendSome(byte[] header, long first, long most, int length, CancellationToken cancellationToken)
    {
        nint* batch = stackalloc nint[Batch];
        int count = 0;
        while (count < most)
        {
            TimeSpan patience = count == 0 ? s_patience : TimeSpan.Zero;
            // With packets in hand it does not wait, and is not to be interrupted.
            if (!window.Take(patience, count == 0 ? cancellationToken : CancellationToken.None)) break;
            NDIS_PACKET* packet = packets.Take(patience, CancellationToken.None);
            if (packet is null)
            {
                window.Give();
                break;
            }

            Fill(packet, header, first + count, length);
            batch[count++] = (nint)packet;
        }

        return Send(batch, count) ? count : 0;
    }

    /// <summary>
    /// Sends a frame that does not count until one arrives: some cards take a second until they receive, and drop what comes
    /// meanwhile.
    /// </summary>
    private bool Probe(byte[] header, CancellationToken cancellationToken)
    {
        for (TimeSpan waited = TimeSpan.Zero; waited < s_patience; waited += s_probeInterval)
        {
            NDIS_PACKET* packet = packets.Take(s_patience, cancellationToken);
            if (packet is null) return false;
            Fill(packet, header, NumberedFrame.ProbeNumber, FrameExchange.ShortestFrame);
            if (!Send((nint*)&packet, 1)) return false;
            if (arrivals.WaitForProbe(s_probeInterval, cancellationToken)) return true;
        }

        return false;
    }

    private bool Send(nint* batch, int count)
    {
        if (binding.Send((NDIS_PACKET**)batch, count)) return true;
        for (int index = 0; index < count; index++) packets.Return((NDIS_PACKET*)batch[index]);
        return false;
    }

    private static void Fill(NDIS_PACKET* packet, byte[] header, long number, int length)
    {
        NumberedFrame.Write(new Span<byte>(FramePackets.MemoryOf(packet), length), header, number);
        FramePackets.SetLength(packet, (uint)length);
    }
}
