using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>Questions to the kernel with one answer each (netlink(7), rtnetlink(7), generic netlink).</summary>
internal static class Netlink
{
    public const int NETLINK_ROUTE = 0;
    public const int NETLINK_GENERIC = 16;
    public const int HeaderLength = 16;
    private const int NLMSG_ERROR = 2;
    private const int NLM_F_REQUEST = 1;

    /// <summary>Asks, and gives what the answer holds behind its header.</summary>
    /// <param name="protocol">NETLINK_ROUTE or NETLINK_GENERIC.</param>
    /// <param name="type">The message's type.</param>
    /// <param name="fixedPart">What stands in front of the attributes.</param>
    /// <param name="attribute">The only attribute's type.</param>
    /// <param name="value">Its value.</param>
    /// <param name="withFixedPart">Whether what stands in front of the answer's attributes, as long as in the question, is
    /// wanted, too.</param>
    /// <param name="answer">The attributes of the answer.</param>
    public static SysResult Ask(
        int protocol, int type, ReadOnlySpan<byte> fixedPart, int attribute, ReadOnlySpan<byte> value, bool withFixedPart,
        out byte[] answer)
    {
        answer = [];
        SysResult opened = LibC.Socket(
            LibC.AF_NETLINK, LibC.SOCK_RAW | LibC.SOCK_CLOEXEC, protocol, out SafeFileHandle socket);
        using (socket)
        {
            if (opened.IsError) return opened;
            byte[] message = Message(type, fixedPart, attribute, value);
            SysResult sent = LibC.Send(socket, message);
            if (sent.IsError) return sent;
            byte[] buffer = new byte[64 << 10];
            SysResult received = LibC.Recv(socket, buffer);
            if (received.IsError) return received;
            return Payload(buffer.AsSpan(0, received.AsInt32), withFixedPart ? 0 : fixedPart.Length, out answer);
        }
    }

    private static byte[] Message(int type, ReadOnlySpan<byte> fixedPart, int attribute, ReadOnlySpan<byte> value)
    {
        int attributeLength = 4 + value.Length;
        byte[] message = new byte[HeaderLength + fixedPart.Length + ((attributeLength + 3) & ~3)];
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(4), (ushort)type);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(6), NLM_F_REQUEST);
        fixedPart.CopyTo(message.AsSpan(HeaderLength));
        Span<byte> at = message.AsSpan(HeaderLength + fixedPart.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(at, (ushort)attributeLength);
        BinaryPrimitives.WriteUInt16LittleEndian(at[2..], (ushort)attribute);
        value.CopyTo(at[4..]);
        return message;
    }

    private static SysResult Payload(ReadOnlySpan<byte> received, int fixedLength, out byte[] answer)
    {
        answer = [];
        if (received.Length < HeaderLength) return SysResult.Failed(Errno.EIO);
        int length = Math.Min(BinaryPrimitives.ReadInt32LittleEndian(received), received.Length);
        if (BinaryPrimitives.ReadUInt16LittleEndian(received[4..]) == NLMSG_ERROR)
        {
            // struct nlmsgerr: the errno, negated.
            int error = BinaryPrimitives.ReadInt32LittleEndian(received[HeaderLength..]);
            return error < 0 ? new SysResult(error) : SysResult.Failed(Errno.EIO);
        }

        if (length < HeaderLength + fixedLength) return SysResult.Failed(Errno.EIO);
        answer = received[(HeaderLength + fixedLength)..length].ToArray();
        return default;
    }
}
