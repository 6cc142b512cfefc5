using System.Net.Sockets;

namespace Nonpaged.Ndis;

/// <summary>
/// Responses on their way to a program. Any thread adds one without waiting for the socket, and what has come together goes out
/// in one send. The thread that reads requests sends before it waits for more; a thread of this class sends what completes later.
/// </summary>
internal sealed class ResponseQueue : IDisposable
{
    // A program that does not read its responses gets no further requests served.
    private const int Enough = 4 << 20;

    private readonly Lock _sending = new();
    private readonly object _gate = new();
    private readonly Socket _socket;
    private readonly Thread _thread;
    private byte[] _filled = new byte[64 << 10];
    private byte[] _spare = new byte[64 << 10];
    private int _length;
    private bool _isAsked;
    private bool _isClosed;

    public ResponseQueue(Socket socket)
    {
        _socket = socket;
        _thread = new Thread(SendLater) { IsBackground = true, Name = "device responses" };
        _thread.Start();
    }

    /// <summary>Adds a response.</summary>
    /// <param name="header">Its header; the size is filled in.</param>
    /// <param name="data">What follows the header.</param>
    /// <param name="isUrgent">No call of <see cref="Flush"/> comes soon.</param>
    public void Add(DeviceResponseHeader header, ReadOnlySpan<byte> data, bool isUrgent)
    {
        lock (_gate)
        {
            if (_isClosed) return;
            int length = DeviceWire.ResponseHeader + data.Length;
            if (_filled.Length - _length < length) Array.Resize(ref _filled, Math.Max(2 * _filled.Length, _length + length));
            (header with { Size = (uint)length }).Write(_filled.AsSpan(_length));
            data.CopyTo(_filled.AsSpan(_length + DeviceWire.ResponseHeader));
            _length += length;
            if (!isUrgent || _isAsked) return;
            _isAsked = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>Sends what there is, and waits while the program takes none of it.</summary>
    public void Flush()
    {
        lock (_sending)
        {
            byte[] bytes;
            int length;
            lock (_gate)
            {
                (bytes, length) = (_filled, _length);
                if (_isClosed || length == 0) return;
                (_filled, _spare, _length) = (_spare, bytes, 0);
            }

            try
            {
                for (int sent = 0; sent < length;)
                    sent += _socket.Send(bytes.AsSpan(sent, length - sent), SocketFlags.None);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                // The program has gone, which the thread that reads sees, too.
                Close();
            }
        }
    }

    /// <summary>Whether so much waits for the program that the next request should, too.</summary>
    public bool IsFull
    {
        get
        {
            lock (_gate) return _length > Enough;
        }
    }

    /// <summary>Drops what there is and what comes.</summary>
    public void Dispose()
    {
        Close();
        if (Thread.CurrentThread != _thread) _thread.Join();
    }

    private void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void SendLater()
    {
        while (true)
        {
            lock (_gate)
            {
                while (!_isAsked && !_isClosed) Monitor.Wait(_gate);
                if (_isClosed) return;
                _isAsked = false;
            }

            Flush();
        }
    }
}
