using System.Net.Sockets;
using System.Text;

namespace Nonpaged.Ndis;

/// <summary>
/// One program that has a device open. A thread of its own reads requests and calls the driver with each.
/// </summary>
internal sealed class DeviceConnection
{
    private readonly NdisInstance _instance;
    private readonly Socket _socket;
    private readonly Action<DeviceConnection> _ended;
    private readonly Thread _thread;
    private ResponseQueue? _responses;
    private OpenFile? _file;
    private byte[] _received = new byte[64 << 10];
    private int _start;
    private int _end;

    public DeviceConnection(NdisInstance instance, Socket socket, Action<DeviceConnection> ended)
    {
        _instance = instance;
        _socket = socket;
        _ended = ended;
        _thread = new Thread(Run) { IsBackground = true, Name = "device requests" };
    }

    public void Start() => _thread.Start();

    /// <summary>Ends it as if the program had closed the device.</summary>
    public void Stop()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The program did it.
        }
    }

    /// <summary>Waits for the driver's IRP_MJ_CLOSE.</summary>
    public bool Join(TimeSpan limit) => _thread.Join(limit);

    private void Run()
    {
        try
        {
            using var responses = new ResponseQueue(_socket);
            _responses = responses;
            try
            {
                while (Next() is { } header && Serve(header, Take(header)))
                {
                }

                responses.Flush();
            }
            finally
            {
                _file?.Close();
            }
        }
        catch (InvalidDataException fault)
        {
            _instance.WriteLog($"A program of a device was disconnected: {fault.Message}.");
        }
        catch (SocketException)
        {
            // It has gone.
        }
        finally
        {
            _socket.Dispose();
            _ended(this);
        }
    }

    /// <summary>The next request's header, when all of the request is there; null at the end.</summary>
    private DeviceRequestHeader? Next()
    {
        if (!Receive(DeviceWire.RequestHeader)) return null;
        var header = DeviceRequestHeader.Read(_received.AsSpan(_start));
        if (header.Fault() is { } fault) throw new InvalidDataException(fault);
        return Receive((int)header.Size) ? header : null;
    }

    private ReadOnlySpan<byte> Take(DeviceRequestHeader header)
    {
        ReadOnlySpan<byte> data = _received.AsSpan(_start, (int)header.Size)[DeviceWire.RequestHeader..];
        _start += (int)header.Size;
        return data;
    }

    /// <summary>Has so many bytes at the start; false where the program has closed the connection before.</summary>
    private bool Receive(int count)
    {
        while (_end - _start < count)
        {
            if (_start > 0)
            {
                _received.AsSpan(_start, _end - _start).CopyTo(_received);
                (_start, _end) = (0, _end - _start);
            }

            if (_received.Length < count) Array.Resize(ref _received, count);
            _responses!.Flush();
            int received = _socket.Receive(_received.AsSpan(_end), SocketFlags.None);
            if (received == 0) return false;
            _end += received;
        }

        return true;
    }

    private bool Serve(DeviceRequestHeader header, ReadOnlySpan<byte> data)
    {
        if (_file is null) return header.Kind == DeviceRequestKind.Open ? Open(header, data)
            : throw new InvalidDataException("its first message is not an open");
        if (_responses!.IsFull) _responses.Flush();
        if (header.Kind == DeviceRequestKind.Cancel)
        {
            _file.Cancel(header.Id);
            return true;
        }

        var transfer = new IoTransfer
        {
            Major = header.Kind switch
            {
                DeviceRequestKind.Read => IrpMajor.Read,
                DeviceRequestKind.Write => IrpMajor.Write,
                DeviceRequestKind.Control => IrpMajor.DeviceControl,
                _ => throw new InvalidDataException("a connection opens one device"),
            },
            Id = header.Id,
            Offset = header.Offset,
            Code = header.Code,
            Output = header.Output,
            Input = data[..(int)header.Input],
            Given = data[(int)header.Input..],
        };
        return _file.TryBegin(transfer) ? true
            : throw new InvalidDataException($"a request with the number {header.Id} is outstanding");
    }

    private bool Open(DeviceRequestHeader header, ReadOnlySpan<byte> name)
    {
        NTSTATUS status = OpenFile.Open(_instance.Devices, Encoding.UTF8.GetString(name), Completed, out _file);
        _responses!.Add(new DeviceResponseHeader(0, header.Kind, header.Id, 0, status), [], isUrgent: false);
        return _file is not null;
    }

    private void Completed(IoPacket packet)
    {
        DeviceRequestKind kind = packet.Buffers.Major switch
        {
            IrpMajor.Read => DeviceRequestKind.Read,
            IrpMajor.Write => DeviceRequestKind.Write,
            _ => DeviceRequestKind.Control,
        };
        // Of an error the system copies nothing back.
        ReadOnlySpan<byte> output = (uint)packet.Status >> 30 == 3 ? [] : packet.Buffers.Output(packet.Information);
        _responses!.Add(
            new DeviceResponseHeader(0, kind, packet.Id, packet.Information, packet.Status), output,
            isUrgent: Thread.CurrentThread != _thread);
    }
}
