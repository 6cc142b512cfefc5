using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// A block on its way to another process, over a socket of the Unix domain: a descriptor (SCM_RIGHTS, unix(7)) with a header of
/// 24 bytes (magic, version, sharing, how many ranges, 0), and behind that offset and length of each range, all little-endian.
/// </summary>
internal static class ExportMessage
{
    private const uint Magic = 0x584d504e;
    private const ushort Version = 1;
    private const int HeaderLength = 24;
    private const int RangeLength = 16;

    // A TiB in units of 2 MiB.
    private const uint MostRanges = 1 << 19;

    public static void Send(Socket socket, ExportedMemory export)
    {
        ThrowIfOther(socket);
        byte[] message = new byte[HeaderLength + export.Ranges.Count * RangeLength];
        BinaryPrimitives.WriteUInt32LittleEndian(message, Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), Version);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(6), (ushort)export.Sharing);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(8), (uint)export.Ranges.Count);
        for (int i = 0; i < export.Ranges.Count; i++)
        {
            Span<byte> range = message.AsSpan(HeaderLength + i * RangeLength);
            BinaryPrimitives.WriteUInt64LittleEndian(range, export.Ranges[i].Offset);
            BinaryPrimitives.WriteUInt64LittleEndian(range[8..], export.Ranges[i].Length);
        }

        // The descriptor comes with the first byte.
        int sent = Repeat(socket, forWriting: true, () => LibC.SendMsg(socket.SafeHandle, message, export.Descriptor));
        while (sent < message.Length) sent += socket.Send(message.AsSpan(sent));
    }

    public static ExportedMemory Receive(Socket socket)
    {
        ThrowIfOther(socket);
        byte[] header = new byte[HeaderLength];
        SafeFileHandle? descriptor = null;
        int received = Repeat(socket, forWriting: false, () => LibC.RecvMsg(socket.SafeHandle, header, out descriptor));
        try
        {
            if (received == 0) throw End();
            Fill(socket, header, received);
            bool isOurs = BinaryPrimitives.ReadUInt32LittleEndian(header) == Magic
                && BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(4)) == Version;
            var sharing = (Sharing)BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(6));
            uint count = BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(8));
            if (!isOurs || descriptor is null || sharing is not (Sharing.ReadOnly or Sharing.ReadWrite)
                || count is 0 or > MostRanges)
            {
                throw new InvalidDataException("What was received is not what ExportedMemory.SendTo sends.");
            }

            byte[] rest = new byte[count * RangeLength];
            Fill(socket, rest, 0);
            var ranges = new FileRange[count];
            for (int i = 0; i < ranges.Length; i++)
            {
                ReadOnlySpan<byte> range = rest.AsSpan(i * RangeLength);
                ranges[i] = new FileRange(
                    BinaryPrimitives.ReadUInt64LittleEndian(range), BinaryPrimitives.ReadUInt64LittleEndian(range[8..]));
            }

            return new ExportedMemory(descriptor, ranges, sharing);
        }
        catch
        {
            descriptor?.Dispose();
            throw;
        }
    }

    // A descriptor comes with the first byte, which stays there for the call that takes both.
    public static async Task<ExportedMemory> ReceiveAsync(Socket socket, CancellationToken cancellationToken)
    {
        ThrowIfOther(socket);
        await socket.ReceiveAsync(new byte[1].AsMemory(), SocketFlags.Peek, cancellationToken).ConfigureAwait(false);
        return Receive(socket);
    }

    private static void ThrowIfOther(Socket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        if (socket is not { AddressFamily: AddressFamily.Unix, SocketType: SocketType.Stream })
        {
            throw new ArgumentException(
                $"Descriptors go over stream sockets of the Unix domain (unix(7)), and this one is {socket.SocketType} of "
                    + $"{socket.AddressFamily}.", nameof(socket));
        }
    }

    private static void Fill(Socket socket, byte[] bytes, int done)
    {
        while (done < bytes.Length)
        {
            int more = socket.Receive(bytes.AsSpan(done));
            if (more == 0) throw End();
            done += more;
        }
    }

    private static EndOfStreamException End() => new("The other side closed the socket before it had sent a block.");

    // A socket that .NET has used asynchronously does not block in the kernel.
    private static int Repeat(Socket socket, bool forWriting, Func<SysResult> call)
    {
        int timeout = forWriting ? socket.SendTimeout : socket.ReceiveTimeout;
        while (true)
        {
            SysResult result = call();
            if (!result.IsError) return result.AsInt32;
            if (result.Errno == Errno.EINTR) continue;
            if (result.Errno != Errno.EAGAIN) throw new SocketException((int)SocketErrorOf(result.Errno));
            SysResult ready = LibC.PollSocket(socket.SafeHandle, forWriting, timeout > 0 ? timeout : -1);
            if (ready is { IsError: false, Value: 0 }) throw new SocketException((int)SocketError.TimedOut);
        }
    }

    private static SocketError SocketErrorOf(Errno errno) => errno switch
    {
        Errno.EPIPE => SocketError.Shutdown,
        Errno.ECONNRESET => SocketError.ConnectionReset,
        Errno.EMFILE => SocketError.TooManyOpenSockets,
        Errno.ENOMEM => SocketError.NoBufferSpaceAvailable,
        Errno.EBADF => SocketError.OperationAborted,
        // A stream that is not connected.
        _ => SocketError.InvalidArgument,
    };
}
