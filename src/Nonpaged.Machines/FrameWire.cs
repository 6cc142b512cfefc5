using System.Buffers.Binary;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines;

/// <summary>
/// The end of an Ethernet cable, whose other end a device model has: frames go in and come out as they are on the wire, without
/// preamble and check sequence. None is lost in between. Thread-safe.
/// </summary>
public sealed class FrameWire : IDisposable
{
    /// <summary>The longest frame in bytes that passes.</summary>
    public const int LongestFrame = 64 << 10;

    // QEMU, net/socket.c: each frame is behind its length, in the order of the network.
    private const int HeaderSize = sizeof(uint);

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(4);

    private readonly Channel<byte[]> _frames = Channel.CreateUnbounded<byte[]>();
    private readonly Lock _sending = new();
    private readonly SafeFileHandle _socket;
    private readonly Thread _reader;
    private bool _isOver;

    internal FrameWire(SafeFileHandle socket)
    {
        _socket = socket;
        _reader = new Thread(Listen, 256 << 10) { IsBackground = true, Name = "wire reader" };
        _reader.Start();
    }

    /// <summary>
    /// Is given each frame that comes, and takes it by answering true; those that it does not take are received. It is called on
    /// the thread that reads the cable.
    /// </summary>
    public Func<byte[], bool>? Taker { get; set; }

    /// <summary>
    /// Sends a frame to the device. False where the device is gone, or has taken none for so long: its ring is full, and those
    /// that wait are as many as the connection holds.
    /// </summary>
    /// <param name="frame">The frame.</param>
    /// <param name="patience">How long to wait for the device; null for 4 s.</param>
    /// <exception cref="ArgumentOutOfRangeException">It is empty, or longer than <see cref="LongestFrame"/>.</exception>
    public bool Send(ReadOnlySpan<byte> frame, TimeSpan? patience = null)
    {
        ArgumentOutOfRangeException.ThrowIfZero(frame.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(frame.Length, LongestFrame);
        byte[] bytes = new byte[HeaderSize + frame.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)frame.Length);
        frame.CopyTo(bytes.AsSpan(HeaderSize));
        int milliseconds = (int)(patience ?? s_patience).TotalMilliseconds;
        lock (_sending)
        {
            if (_isOver) return false;
            if (LibC.PollSocket(_socket, forWriting: true, milliseconds) is not { IsError: false, Value: > 0 }) return false;
            for (int sent = 0; sent < bytes.Length;)
            {
                SysResult result = LibC.Send(_socket, bytes.AsSpan(sent));
                if (result.Errno == Errno.EINTR) continue;
                if (result.IsError) return false;
                sent += (int)result.Value;
            }
        }

        return true;
    }

    /// <summary>The next frame that the device sent; null where none comes in time, or the device is gone.</summary>
    public byte[]? Receive(TimeSpan patience)
    {
        if (_frames.Reader.TryRead(out byte[]? frame)) return frame;
        using var late = new CancellationTokenSource(patience);
        try
        {
            return _frames.Reader.ReadAsync(late.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        LibC.Shutdown(_socket);
        if (Thread.CurrentThread != _reader) _reader.Join();
        lock (_sending)
        {
            _isOver = true;
            _socket.Dispose();
        }
    }

    /// <summary>Makes both ends.</summary>
    internal static SafeFileHandle OpenPair(out SafeFileHandle other)
    {
        SystemCalls.Check(LibC.SocketPair(out SafeFileHandle one, out other), "socketpair");
        return one;
    }

    private void Listen()
    {
        byte[] header = new byte[HeaderSize];
        while (Read(header))
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(header);
            if (length > LongestFrame) break;
            byte[] frame = new byte[length];
            if (!Read(frame)) break;
            if (Taker?.Invoke(frame) != true) _frames.Writer.TryWrite(frame);
        }

        _frames.Writer.TryComplete();
    }

    private bool Read(Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            SysResult result = LibC.Recv(_socket, bytes);
            if (result.Errno == Errno.EINTR) continue;
            if (result.IsError || result.Value == 0) return false;
            bytes = bytes[(int)result.Value..];
        }

        return true;
    }
}
