using System.Diagnostics;

namespace Nonpaged.Protocols;

/// <summary>
/// The receiving end of an exchange: looks at each frame, in the turn of its adapter, and counts what is wrong.
/// </summary>
internal sealed unsafe class FrameArrivals(BindingHandle binding, FramePackets transfers, SendWindow window) : IDisposable
{
    /// <summary>The memory of a packet to transfer into: some miniports count the frame's CRC.</summary>
    public const int TransferMemory = FrameExchange.LongestFrame + 4;

    private const int HeaderSize = NumberedFrame.HeaderSize;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private readonly ManualResetEventSlim _arrived = new();
    private readonly ManualResetEventSlim _probed = new();
    private int _length;
    private long _expected;
    private long _received;

    /// <summary>How many arrived.</summary>
    public long Received => Interlocked.Read(ref _received);

    /// <summary>How many of these had other contents than were sent.</summary>
    public long Changed { get; private set; }

    /// <summary>How many of these came before one that was sent earlier.</summary>
    public long Disordered { get; private set; }

    /// <summary>When the last arrived (<see cref="Stopwatch.GetTimestamp"/>).</summary>
    public long Last { get; private set; }

    /// <summary>Frames of this length come now, numbered from 0.</summary>
    public void Begin(int length, long now)
    {
        _length = length;
        _expected = 0;
        _received = Changed = Disordered = 0;
        Last = now;
        _arrived.Reset();
    }

    /// <summary>A frame that does not count has arrived, now or before.</summary>
    public bool WaitForProbe(TimeSpan patience, CancellationToken cancellationToken) => _probed.Wait(patience, cancellationToken);

    /// <summary>Waits until so many have arrived, or none has for ten seconds.</summary>
    public void WaitFor(long frames, CancellationToken cancellationToken)
    {
        while (Received < frames)
        {
            _arrived.Reset();
            if (Received >= frames) return;
            if (!_arrived.Wait(s_patience, cancellationToken)) return;
        }
    }

    /// <summary>ProtocolReceive, at DISPATCH_LEVEL.</summary>
    public NDIS_STATUS Receive(NDIS_HANDLE context, byte* header, byte* bytes, uint available, uint length)
    {
        if (!NumberedFrame.IsOne(new ReadOnlySpan<byte>(header, HeaderSize))) return NDIS_STATUS_NOT_ACCEPTED;
        if (available >= Math.Min(length, _length - HeaderSize)) Take(new ReadOnlySpan<byte>(bytes, (int)available));
        else Transfer(context, length);
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>ProtocolTransferDataComplete.</summary>
    public void EndTransfer(NDIS_PACKET* packet, NDIS_STATUS status, uint transferred)
    {
        int length = status == NDIS_STATUS_SUCCESS ? Math.Min((int)transferred, TransferMemory - HeaderSize) : 0;
        Take(new ReadOnlySpan<byte>(FramePackets.MemoryOf(packet) + HeaderSize, length));
        transfers.Return(packet);
    }

    public void Dispose()
    {
        _arrived.Dispose();
        _probed.Dispose();
    }

    /// <summary>NdisTransferData: the miniport showed a part of the frame, and is asked for all of it.</summary>
    private void Transfer(NDIS_HANDLE context, uint length)
    {
        // The packet's buffer begins behind the header.
        NDIS_PACKET* packet = length <= TransferMemory - HeaderSize ? transfers.Take(TimeSpan.Zero) : null;
        if (packet is null)
        {
            Take([]);
            return;
        }

        NDIS_STATUS status = binding.TransferData(context, length, packet, out uint transferred);
        if (status != NDIS_STATUS_PENDING) EndTransfer(packet, status, transferred);
    }

    private void Take(ReadOnlySpan<byte> body)
    {
        if (NumberedFrame.IsProbe(body))
        {
            _probed.Set();
            return;
        }

        Last = Stopwatch.GetTimestamp();
        if (body.Length < _length - HeaderSize) Changed++;
        else Check(body[..(_length - HeaderSize)]);
        Interlocked.Increment(ref _received);
        window.Give();
        _arrived.Set();
    }

    private void Check(ReadOnlySpan<byte> body)
    {
        if (!NumberedFrame.Read(body, out long number)) Changed++;
        else if (number != _expected) Disordered++;
        _expected = number + 1;
    }
}
