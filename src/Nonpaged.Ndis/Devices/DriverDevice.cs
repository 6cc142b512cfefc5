using System.Net.Sockets;
using System.Text;

namespace Nonpaged.Ndis;

/// <summary>
/// A device of a driver that another process (or this one) runs, as a program has it open: what CreateFile, ReadFile, WriteFile
/// and DeviceIoControl are on Windows. Many requests may be outstanding. Thread-safe.
/// </summary>
/// <remarks>
/// A request that the driver cancelled by itself throws an OperationCanceledException, as one that was cancelled by its token.
/// The driver decides when a cancelled request ends.
/// </remarks>
public sealed class DriverDevice : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Lock _sending = new();
    private readonly Dictionary<ulong, PendingRequest> _pending = [];
    private readonly Socket _socket;
    private readonly Thread _thread;
    private ulong _lastId;
    private Exception? _end;

    private DriverDevice(Socket socket, string name)
    {
        _socket = socket;
        Name = name;
        _thread = new Thread(Receive) { IsBackground = true, Name = "driver device" };
    }

    /// <summary>The name that it was opened by.</summary>
    public string Name { get; }

    /// <summary>Opens a device.</summary>
    /// <param name="socketPath">The path that a <see cref="DeviceSocket"/> has, or <c>nonpaged run --devices</c> was given; null
    /// takes the environment variable NONPAGED_DEVICES.</param>
    /// <param name="name">Its name or a link to it: \Device\Name, \DosDevices\Name, \??\Name or \\.\Name. Case does not
    /// matter.</param>
    /// <exception cref="DeviceException">There is no such device, or its driver refused.</exception>
    /// <exception cref="SocketException">Nobody serves devices there.</exception>
    public static DriverDevice Open(string? socketPath, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        string path = socketPath ?? Environment.GetEnvironmentVariable(DeviceWire.PathVariable)
            ?? throw new InvalidOperationException($"No path was given, and {DeviceWire.PathVariable} is not set.");
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        var device = new DriverDevice(socket, name);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            device._thread.Start();
            byte[] text = Encoding.UTF8.GetBytes(name);
            var open = new DeviceRequestHeader { Kind = DeviceRequestKind.Open, Code = DeviceWire.Version };
            device.Send(open, $"Opening {name}", text, [], default).Answer.GetAwaiter().GetResult();
            return device;
        }
        catch
        {
            device.Dispose();
            throw;
        }
    }

    /// <summary>Reads, and returns how many bytes the driver gave.</summary>
    /// <param name="buffer">1 MiB at most.</param>
    /// <param name="offset">Where in the device, for drivers that care.</param>
    /// <exception cref="DeviceException">The driver failed it.</exception>
    /// <exception cref="OperationCanceledException">The driver cancelled it.</exception>
    /// <exception cref="IOException">The run that has the driver has ended.</exception>
    public int Read(Span<byte> buffer, long offset = 0)
    {
        byte[] target = new byte[buffer.Length];
        int count = ReadAsync(target, offset).GetAwaiter().GetResult();
        target.AsSpan(0, Math.Min(count, buffer.Length)).CopyTo(buffer);
        return count;
    }

    /// <inheritdoc cref="Read"/>
    /// <param name="buffer">1 MiB at most.</param>
    /// <param name="offset">Where in the device, for drivers that care.</param>
    /// <param name="cancellation">Asks the driver to cancel it.</param>
    public Task<int> ReadAsync(Memory<byte> buffer, long offset = 0, CancellationToken cancellation = default) => RunAsync(
        new DeviceRequestHeader { Kind = DeviceRequestKind.Read, Offset = (ulong)offset, Output = (uint)buffer.Length },
        "A read", [], [], buffer, cancellation);

    /// <summary>Writes, and returns how many bytes the driver took.</summary>
    /// <param name="data">1 MiB at most.</param>
    /// <param name="offset">Where in the device, for drivers that care.</param>
    /// <inheritdoc cref="Read"/>
    public int Write(ReadOnlySpan<byte> data, long offset = 0) =>
        WriteCore(data, offset, CancellationToken.None).GetAwaiter().GetResult();

    /// <inheritdoc cref="Write"/>
    /// <param name="data">1 MiB at most.</param>
    /// <param name="offset">Where in the device, for drivers that care.</param>
    /// <param name="cancellation">Asks the driver to cancel it.</param>
    public Task<int> WriteAsync(ReadOnlyMemory<byte> data, long offset = 0, CancellationToken cancellation = default) =>
        WriteCore(data.Span, offset, cancellation);

    /// <summary>Sends a control code (CTL_CODE), and returns how many bytes the driver gave.</summary>
    /// <param name="code">The code, whose low two bits say how the driver gets the buffers.</param>
    /// <param name="input">1 MiB at most.</param>
    /// <param name="output">1 MiB at most. What is in it the driver sees where the code is of METHOD_IN_DIRECT,
    /// METHOD_OUT_DIRECT or METHOD_NEITHER.</param>
    /// <inheritdoc cref="Read"/>
    public int Control(uint code, ReadOnlySpan<byte> input, Span<byte> output)
    {
        byte[] target = new byte[output.Length];
        output.CopyTo(target);
        int count = ControlCore(code, input, target, CancellationToken.None).GetAwaiter().GetResult();
        target.AsSpan(0, Math.Min(count, output.Length)).CopyTo(output);
        return count;
    }

    /// <inheritdoc cref="Control"/>
    /// <param name="code">The code, whose low two bits say how the driver gets the buffers.</param>
    /// <param name="input">1 MiB at most.</param>
    /// <param name="output">1 MiB at most, as for <see cref="Control"/>.</param>
    /// <param name="cancellation">Asks the driver to cancel it.</param>
    public Task<int> ControlAsync(
        uint code, ReadOnlyMemory<byte> input, Memory<byte> output, CancellationToken cancellation = default) =>
        ControlCore(code, input.Span, output, cancellation);

    /// <summary>Closes the device: its driver cancels what is outstanding.</summary>
    public void Dispose()
    {
        End(new ObjectDisposedException(nameof(DriverDevice)));
        _socket.Dispose();
    }

    private Task<int> WriteCore(ReadOnlySpan<byte> data, long offset, CancellationToken cancellation) => RunAsync(
        new DeviceRequestHeader { Kind = DeviceRequestKind.Write, Offset = (ulong)offset }, "A write", data, [], default,
        cancellation);

    private Task<int> ControlCore(uint code, ReadOnlySpan<byte> input, Memory<byte> output, CancellationToken cancellation)
    {
        // A buffered one has no other use for what is in its output buffer.
        ReadOnlySpan<byte> given = (code & 3) == 0 ? [] : output.Span;
        return RunAsync(
            new DeviceRequestHeader { Kind = DeviceRequestKind.Control, Code = code, Output = (uint)output.Length },
            $"Control 0x{code:X8}", input, given, output, cancellation);
    }

    private Task<int> RunAsync(
        DeviceRequestHeader header,
        string what,
        ReadOnlySpan<byte> input,
        ReadOnlySpan<byte> given,
        Memory<byte> target,
        CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return Task.FromCanceled<int>(cancellation);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(input.Length, (int)OpenFile.LongestTransfer, nameof(input));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(header.Output, OpenFile.LongestTransfer, nameof(target));
        PendingRequest request = Send(header, what, input, given, target, out ulong id);
        return cancellation.CanBeCanceled ? CancelableAsync(request, id, cancellation) : request.Answer;
    }

    private async Task<int> CancelableAsync(PendingRequest request, ulong id, CancellationToken cancellation)
    {
        using CancellationTokenRegistration cancel = cancellation.Register(() => Cancel(id));
        try
        {
            return await request.Answer.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
    }

    private PendingRequest Send(
        DeviceRequestHeader header, string what, ReadOnlySpan<byte> input, ReadOnlySpan<byte> given, Memory<byte> target) =>
        Send(header, what, input, given, target, out _);

    private PendingRequest Send(
        DeviceRequestHeader header,
        string what,
        ReadOnlySpan<byte> input,
        ReadOnlySpan<byte> given,
        Memory<byte> target,
        out ulong id)
    {
        var request = new PendingRequest(what, target);
        byte[] message = new byte[DeviceWire.RequestHeader + input.Length + given.Length];
        lock (_gate)
        {
            if (_end is not null) throw Ended(_end);
            id = ++_lastId;
            _pending.Add(id, request);
        }

        (header with { Size = (uint)message.Length, Id = id, Input = (uint)input.Length }).Write(message);
        input.CopyTo(message.AsSpan(DeviceWire.RequestHeader));
        given.CopyTo(message.AsSpan(DeviceWire.RequestHeader + input.Length));
        Transmit(message);
        return request;
    }

    private void Cancel(ulong id)
    {
        byte[] message = new byte[DeviceWire.RequestHeader];
        new DeviceRequestHeader { Size = DeviceWire.RequestHeader, Kind = DeviceRequestKind.Cancel, Id = id }.Write(message);
        Transmit(message);
    }

    private void Transmit(ReadOnlySpan<byte> message)
    {
        try
        {
            lock (_sending)
            {
                while (message.Length > 0) message = message[_socket.Send(message, SocketFlags.None)..];
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The requests that wait are told, this one among them.
            End(exception);
        }
    }

    private void Receive()
    {
        byte[] bytes = new byte[64 << 10];
        (int start, int end) = (0, 0);
        try
        {
            while (true)
            {
                int needed = DeviceWire.ResponseHeader;
                if (end - start >= needed)
                {
                    var header = DeviceResponseHeader.Read(bytes.AsSpan(start));
                    needed = (int)header.Size;
                    if (end - start >= needed)
                    {
                        Take(header, bytes.AsSpan(start, needed)[DeviceWire.ResponseHeader..]);
                        start += needed;
                        continue;
                    }
                }

                bytes.AsSpan(start, end - start).CopyTo(bytes);
                (start, end) = (0, end - start);
                if (bytes.Length < needed) Array.Resize(ref bytes, needed);
                int received = _socket.Receive(bytes.AsSpan(end), SocketFlags.None);
                if (received == 0) throw new IOException("The run that has the driver has closed the device.");
                end += received;
            }
        }
        catch (Exception exception) when (exception is IOException or SocketException or ObjectDisposedException
            or InvalidDataException)
        {
            End(exception);
        }
    }

    private void Take(DeviceResponseHeader header, ReadOnlySpan<byte> data)
    {
        PendingRequest? request;
        lock (_gate) _pending.Remove(header.Id, out request);
        request?.Complete(header, data);
    }

    private void End(Exception exception)
    {
        PendingRequest[] left;
        lock (_gate)
        {
            _end ??= exception;
            left = [.. _pending.Values];
            _pending.Clear();
        }

        foreach (PendingRequest request in left) request.Fail(Ended(exception));
    }

    private static Exception Ended(Exception exception) => exception is ObjectDisposedException or IOException ? exception
        : new IOException($"The connection to the driver has ended: {exception.Message}", exception);
}
