using System.Buffers.Binary;
using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using static Nonpaged.Ndis.NdisLibrary;

namespace Nonpaged.Protocols;

/// <content>Frames: 14 bytes of header, 8 of number, 4 of checksum over the rest, which is filled from the number.</content>
public sealed unsafe partial class FrameExchange
{
    private const int HeaderSize = 14;
    private const int NumberOffset = HeaderSize;
    private const int ChecksumOffset = NumberOffset + sizeof(ulong);
    private const int FillOffset = ChecksumOffset + sizeof(uint);
    private const long ProbeNumber = -1;
    private static readonly TimeSpan s_probeInterval = TimeSpan.FromMilliseconds(100);

    // IEEE Std 802: Local Experimental EtherType 1.
    private const ushort EtherType = 0x88b5;

    private readonly ManualResetEventSlim _ready = new();
    private long _start;
    private int _length;
    private long _sent;
    private long _expected;
    private long _received;
    private long _changed;
    private long _disordered;
    private long _lastArrival;

    private static NDIS_PROTOCOL_CHARACTERISTICS Characteristics => new()
    {
        MajorNdisVersion = 5,
        Name = "frameexchange",
        OpenAdapterCompleteHandler = static (context, status, error) => { },
        CloseAdapterCompleteHandler = static (context, status) => Of(context).Binding.CloseComplete(),
        SendCompleteHandler = static (context, packet, status) => Of(context).Exchange._packets.Return(packet),
        RequestCompleteHandler = static (context, request, status) => Of(context).Exchange._request.Answer(status),
        ReceiveHandler = static (context, receive, header, headerSize, lookahead, lookaheadSize, packetSize) =>
        {
            var end = Of(context);
            return end.IsReceiver ? end.Exchange.Receive(receive, (byte*)header, (byte*)lookahead, lookaheadSize, packetSize) : NDIS_STATUS_NOT_ACCEPTED;
        },
        TransferDataCompleteHandler = static (context, packet, status, bytes) => Of(context).Exchange.EndTransfer(packet, status, bytes),
        UnbindAdapterHandler = static (out NDIS_STATUS status, NDIS_HANDLE context, NDIS_HANDLE unbind) =>
        {
            var end = Of(context);
            // Whoever waits goes on elsewhere: this is the adapter's own thread.
            _ = end.Exchange._ended.CancelAsync();
            end.Binding.Close();
            status = NDIS_STATUS_SUCCESS;
        },
    };

    private static End Of(NDIS_HANDLE context) => (End)GCHandle.FromIntPtr(context.Value).Target!;

    /// <summary>Asks for whole frames, which saves a transfer of each; a miniport that shows less is asked for the rest.</summary>
    private void SetLookahead()
    {
        var most = _request.Query(_to.Binding, OID_GEN_MAXIMUM_LOOKAHEAD, s_patience) ?? 0;
        // One that does not take it goes on with the look-ahead that it has.
        if (most > 0) _request.Set(_to.Binding, OID_GEN_CURRENT_LOOKAHEAD, Math.Min(most, LongestFrame - HeaderSize), s_patience);
    }

    private void SetFilter() => Require(
        _request.Set(_to.Binding, OID_GEN_CURRENT_PACKET_FILTER, NDIS_PACKET_TYPE_DIRECTED, s_patience), "NdisRequest of OID_GEN_CURRENT_PACKET_FILTER");

    private void OpenWindow(int length)
    {
        var space = _request.Query(_to.Binding, OID_GEN_RECEIVE_BUFFER_SPACE, s_patience) ?? 0;
        var block = Math.Max(_request.Query(_to.Binding, OID_GEN_RECEIVE_BLOCK_SIZE, s_patience) ?? 1, 1);
        var room = ((uint)length + block - 1) / block * block;
        var window = (int)Math.Clamp(space / 2 / room, 1, LargestWindow);
        while (_window.Wait(0, CancellationToken.None))
        {
        }

        _window.Release(window);
    }

    private void Begin(int length)
    {
        _length = length;
        _expected = 0;
        _sent = _received = _changed = _disordered = 0;
        _start = _lastArrival = Stopwatch.GetTimestamp();
        _arrived.Reset();
    }

    private void SendAll(long frames, int length, MacAddress from, MacAddress to, CancellationToken cancellationToken)
    {
        var header = new byte[HeaderSize];
        to.ToArray().CopyTo(header, 0);
        from.ToArray().CopyTo(header, 6);
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(12), EtherType);
        _instance.Run(_driver, () =>
        {
            if (!Probe(header, cancellationToken)) return;
            _start = Stopwatch.GetTimestamp();
            while (_sent < frames)
            {
                var count = SendSome(header, _sent, Math.Min(frames - _sent, Batch), length, cancellationToken);
                if (count == 0) break;
                _sent += count;
            }
        });
    }

    /// <summary>Sends as many as there is room for in the window, together; waits for the first. 0 where none came free.</summary>
    private int SendSome(byte[] header, long first, long most, int length, CancellationToken cancellationToken)
    {
        var batch = stackalloc nint[Batch];
        var count = 0;
        while (count < most)
        {
            var patience = count == 0 ? s_patience : TimeSpan.Zero;
            // With packets in hand it does not wait, and is not to be interrupted.
            if (!_window.Wait(patience, count == 0 ? cancellationToken : CancellationToken.None)) break;
            var packet = _packets.Take(patience, CancellationToken.None);
            if (packet is null)
            {
                _window.Release();
                break;
            }

            Fill(packet, header, first + count, length);
            batch[count++] = (nint)packet;
        }

        return Send(batch, count) ? count : 0;
    }

    /// <summary>Sends a frame that does not count until one arrives: some cards take a second until they receive, and drop what comes meanwhile.</summary>
    private bool Probe(byte[] header, CancellationToken cancellationToken)
    {
        for (var waited = TimeSpan.Zero; waited < s_patience; waited += s_probeInterval)
        {
            var packet = _packets.Take(s_patience, cancellationToken);
            if (packet is null) return false;
            Fill(packet, header, ProbeNumber, ShortestFrame);
            if (!Send((nint*)&packet, 1)) return false;
            if (_ready.Wait(s_probeInterval, cancellationToken)) return true;
        }

        return false;
    }

    private bool Send(nint* packets, int count)
    {
        if (_from.Binding.Send((NDIS_PACKET**)packets, count)) return true;
        for (var index = 0; index < count; index++) _packets.Return((NDIS_PACKET*)packets[index]);
        return false;
    }

    private static void Fill(NDIS_PACKET* packet, byte[] header, long number, int length)
    {
        var frame = new Span<byte>(FramePackets.MemoryOf(packet), length);
        header.CopyTo(frame);
        BinaryPrimitives.WriteInt64LittleEndian(frame[NumberOffset..], number);
        Fill(frame[FillOffset..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[ChecksumOffset..], Checksum(number, frame[FillOffset..]));
        FramePackets.SetLength(packet, (uint)length);
    }

    /// <summary>ProtocolReceive, at DISPATCH_LEVEL in the receiving adapter's serial context.</summary>
    private NDIS_STATUS Receive(NDIS_HANDLE context, byte* header, byte* bytes, uint available, uint length)
    {
        if (BinaryPrimitives.ReadUInt16BigEndian(new ReadOnlySpan<byte>(header + 12, 2)) != EtherType) return NDIS_STATUS_NOT_ACCEPTED;
        if (available >= Math.Min(length, _length - HeaderSize)) Take(new ReadOnlySpan<byte>(bytes, (int)available));
        else Transfer(context, length);
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>NdisTransferData: the miniport showed a part of the frame, and is asked for all of it.</summary>
    private void Transfer(NDIS_HANDLE context, uint length)
    {
        // The packet's buffer begins behind the header.
        var packet = length <= TransferMemory - HeaderSize ? _transfers.Take(TimeSpan.Zero) : null;
        if (packet is null)
        {
            Take([]);
            return;
        }

        var status = _to.Binding.TransferData(context, length, packet, out var transferred);
        if (status != NDIS_STATUS_PENDING) EndTransfer(packet, status, transferred);
    }

    /// <summary>ProtocolTransferDataComplete.</summary>
    private void EndTransfer(NDIS_PACKET* packet, NDIS_STATUS status, uint transferred)
    {
        var length = status == NDIS_STATUS_SUCCESS ? Math.Min((int)transferred, TransferMemory - HeaderSize) : 0;
        Take(new ReadOnlySpan<byte>(FramePackets.MemoryOf(packet) + HeaderSize, length));
        _transfers.Return(packet);
    }

    private void Take(ReadOnlySpan<byte> body)
    {
        if (body.Length >= sizeof(long) && BinaryPrimitives.ReadInt64LittleEndian(body) == ProbeNumber)
        {
            _ready.Set();
            return;
        }

        _lastArrival = Stopwatch.GetTimestamp();
        if (body.Length < _length - HeaderSize) _changed++;
        else Check(body[..(_length - HeaderSize)]);
        Interlocked.Increment(ref _received);
        _window.Release();
        _arrived.Set();
    }

    private void Check(ReadOnlySpan<byte> body)
    {
        var number = BinaryPrimitives.ReadInt64LittleEndian(body);
        var checksum = BinaryPrimitives.ReadUInt32LittleEndian(body[(ChecksumOffset - HeaderSize)..]);
        if (checksum != Checksum(number, body[(FillOffset - HeaderSize)..])) _changed++;
        else if (number != _expected) _disordered++;
        _expected = number + 1;
    }

    private void WaitForRest(CancellationToken cancellationToken)
    {
        while (Interlocked.Read(ref _received) < _sent)
        {
            _arrived.Reset();
            if (Interlocked.Read(ref _received) >= _sent) return;
            if (!_arrived.Wait(s_patience, cancellationToken)) return;
        }
    }

    private static void Fill(Span<byte> bytes, long number)
    {
        // Knuth's multiplicative hash: neighbouring numbers fill quite differently.
        var word = (ulong)number * 0x9e3779b97f4a7c15;
        foreach (ref var eight in MemoryMarshal.Cast<byte, ulong>(bytes)) eight = word += 0x9e3779b97f4a7c15;
        bytes[(bytes.Length & ~7)..].Fill((byte)word);
    }

    private static uint Checksum(long number, ReadOnlySpan<byte> bytes)
    {
        var crc = BitOperations.Crc32C(uint.MaxValue, (ulong)number);
        foreach (var eight in MemoryMarshal.Cast<byte, ulong>(bytes)) crc = BitOperations.Crc32C(crc, eight);
        foreach (var one in bytes[(bytes.Length & ~7)..]) crc = BitOperations.Crc32C(crc, one);
        return crc;
    }
}
