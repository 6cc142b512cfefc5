using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>
/// How a socket's descriptor goes to the process that has the program (SCM_RIGHTS, unix(7)). The question has 12 bytes beside the
/// descriptor: a magic number, the interface's index, the queue. The answer has an errno, a length, and so many bytes of text:
/// errno and length 0 where it went well. All numbers are little-endian, of 4 bytes.
/// </summary>
internal static class Adoption
{
    private const uint Magic = 0x4458504e;
    private const int QuestionLength = 12;
    private const int AnswerLength = 8;
    private const int MostText = 4096;

    public static void Ask(Socket unix, XdpSocket socket)
    {
        ThrowIfOther(unix);
        byte[] question = new byte[QuestionLength];
        BinaryPrimitives.WriteUInt32LittleEndian(question, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(question.AsSpan(4), socket.Interface.Index);
        BinaryPrimitives.WriteUInt32LittleEndian(question.AsSpan(8), (uint)socket.Queue);
        SysResult sent = LibC.SendMsg(unix.SafeHandle, question, socket.Handle);
        if (sent.IsError)
            throw new XdpException(Refused("sendmsg", $"The descriptor cannot be sent ({sent.Errno}).", sent.Errno));
        byte[] answer = new byte[AnswerLength];
        Fill(unix, answer);
        int errno = BinaryPrimitives.ReadInt32LittleEndian(answer);
        int length = BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(4));
        if (errno == 0 && length == 0) return;
        if (length is < 0 or > MostText)
            throw new XdpException(Refused("recv", "What the other process answered is not understood.", Errno.None));
        byte[] text = new byte[length];
        Fill(unix, text);
        throw new XdpException(Refused("recv", $"The other process refused: {Encoding.UTF8.GetString(text)}", (Errno)errno));
    }

    public static int Answer(Socket unix, XdpProgram program)
    {
        ThrowIfOther(unix);
        byte[] question = new byte[QuestionLength];
        SysResult received = LibC.RecvMsg(unix.SafeHandle, question, out SafeFileHandle? descriptor);
        // The map holds the socket, not the descriptor; with a copy of that the socket would outlive its process.
        using (descriptor)
        {
            if (received.Errno == Errno.EAGAIN)
                throw new XdpException(Refused("recvmsg", "The other side sent nothing in the socket's time.", received.Errno));
            if (received.IsError) throw new XdpException(SocketFailures.Other("recvmsg", "No descriptor came", received.Errno));
            if (received.AsInt32 == 0) throw new EndOfStreamException("The other side sent nothing.");
            Fill(unix, question.AsSpan(received.AsInt32));
            int queue = BinaryPrimitives.ReadInt32LittleEndian(question.AsSpan(8));
            try
            {
                Put(question, descriptor, queue, program);
            }
            catch (XdpException exception)
            {
                Send(unix, exception.Failure.Errno == 0 ? (int)Errno.EINVAL : exception.Failure.Errno, exception.Message);
                throw;
            }

            Send(unix, 0, "");
            return queue;
        }
    }

    private static void Put(ReadOnlySpan<byte> question, SafeFileHandle? descriptor, int queue, XdpProgram program)
    {
        bool isRight = BinaryPrimitives.ReadUInt32LittleEndian(question) == Magic && descriptor is not null && queue >= 0;
        if (!isRight) throw new XdpException(Refused("recvmsg", "What came is not what XdpSocket.SendTo sends.", Errno.None));
        uint index = BinaryPrimitives.ReadUInt32LittleEndian(question[4..]);
        if (program.Interface is { } on && on.Index != index)
        {
            throw new XdpException(Refused(
                "recvmsg", $"The socket is on interface {index}, and the program on {on.Name}, {on.Index}.", Errno.None));
        }

        program.Add(descriptor!, queue);
    }

    private static void Send(Socket unix, int errno, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length > MostText) bytes = bytes[..MostText];
        byte[] answer = new byte[AnswerLength + bytes.Length];
        BinaryPrimitives.WriteInt32LittleEndian(answer, errno);
        BinaryPrimitives.WriteInt32LittleEndian(answer.AsSpan(4), bytes.Length);
        bytes.CopyTo(answer.AsSpan(AnswerLength));
        for (int sent = 0; sent < answer.Length;) sent += unix.Send(answer.AsSpan(sent));
    }

    private static void Fill(Socket unix, Span<byte> data)
    {
        while (!data.IsEmpty)
        {
            int received = unix.Receive(data);
            if (received == 0) throw new EndOfStreamException("The other side ended before all came.");
            data = data[received..];
        }
    }

    private static XdpFailure Refused(string step, string reason, Errno errno) => new(
        XdpFailureKind.Partner, step, reason, "the other process of the Unix socket", "see what the other process says")
    { Errno = (int)errno };

    private static void ThrowIfOther(Socket unix)
    {
        ArgumentNullException.ThrowIfNull(unix);
        if (unix.AddressFamily != AddressFamily.Unix || unix.SocketType != SocketType.Stream)
            throw new ArgumentException("A connected stream socket of the Unix domain is needed.", nameof(unix));
    }
}
