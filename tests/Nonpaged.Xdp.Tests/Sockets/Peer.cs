using System.Buffers.Binary;
using System.Diagnostics;

namespace Nonpaged.Xdp.Tests.Sockets;

/// <summary>
/// One end of an exchange: it sends numbered frames whose bytes follow from the number, checks each byte of those that it
/// receives, and never has more on the way than the other end allowed by telling how far it is. Nothing may be lost then.
/// </summary>
internal sealed class Peer
{
    // The queue of a veth has 256 places (VETH_RING_SIZE), and drops what does not fit.
    private const int Window = 160;
    private const int Header = 30;
    private const long OnlyCredit = -1;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly XdpSocket _socket;
    private readonly long _count;
    private readonly int _length;
    private readonly XdpFrame[] _frames = new XdpFrame[64];
    private readonly byte[] _pattern;
    private long _sent;
    private long _allowed = Window;
    private long _received;
    private long _told;

    /// <param name="socket">Its socket.</param>
    /// <param name="count">How many frames are sent, and received.</param>
    /// <param name="length">The length of each.</param>
    public Peer(XdpSocket socket, long count, int length)
    {
        (_socket, _count, _length) = (socket, count, length);
        _pattern = new byte[length + 256];
        new Random(1).NextBytes(_pattern);
    }

    /// <summary>What this thread allocated in the loop, in bytes.</summary>
    public long Allocated { get; private set; }

    public void Run()
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        long moved = Stopwatch.GetTimestamp();
        while (_received < _count || _sent < _count || _told < _count || _socket.Reclaim() > 0)
        {
            if (Receive() | Send())
            {
                moved = Stopwatch.GetTimestamp();
            }
            else if (Stopwatch.GetElapsedTime(moved) > s_patience)
            {
                throw new TimeoutException(
                    $"Nothing moves: sent {_sent}, allowed {_allowed}, received {_received}; {_socket.GetStatistics()}");
            }
        }

        Allocated = GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private bool Receive()
    {
        int count = _socket.Receive(_frames);
        for (int i = 0; i < count; i++) Check(_socket.Frames.Data(_frames[i]));
        _socket.Frames.Give(_frames.AsSpan(0, count));
        return count > 0;
    }

    private void Check(ReadOnlySpan<byte> frame)
    {
        long number = BinaryPrimitives.ReadInt64LittleEndian(frame[14..]);
        _allowed = Math.Max(_allowed, BinaryPrimitives.ReadInt64LittleEndian(frame[22..]) + Window);
        if (number == OnlyCredit) return;
        if (number != _received) throw new InvalidDataException($"Frame {number} arrived, and {_received} was due.");
        if (frame.Length != _length || !frame[Header..].SequenceEqual(Payload(number)))
            throw new InvalidDataException($"Frame {number} arrived changed.");
        _received++;
    }

    private bool Send()
    {
        int count = (int)Math.Min(_frames.Length, Math.Min(_count, _allowed) - _sent);
        // Without a frame of its own to send the other end is told from time to time, and at the end.
        bool tells = count <= 0 && (_received - _told >= Window / 4 || (_received == _count && _told < _count));
        if (tells) count = 1;
        if (count <= 0) return false;
        count = _socket.Frames.Take(_frames.AsSpan(0, count));
        for (int i = 0; i < count; i++) Fill(ref _frames[i], tells ? OnlyCredit : _sent + i);
        int gone = _socket.Send(_frames.AsSpan(0, count));
        _socket.Frames.Give(_frames.AsSpan(gone, count - gone));
        if (!tells) _sent += gone;
        if (gone > 0) _told = _received;
        return gone > 0;
    }

    private void Fill(ref XdpFrame frame, long number)
    {
        frame = frame.WithLength(_length);
        Span<byte> data = _socket.Frames.Data(frame);
        data[..Header].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(data[12..], 0x88b5);
        BinaryPrimitives.WriteInt64LittleEndian(data[14..], number);
        BinaryPrimitives.WriteInt64LittleEndian(data[22..], _received);
        Payload(number).CopyTo(data[Header..]);
    }

    private ReadOnlySpan<byte> Payload(long number) => _pattern.AsSpan((int)(number & 255), _length - Header);
}
