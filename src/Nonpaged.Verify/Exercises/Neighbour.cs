using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using Nonpaged.Protocols;

namespace Nonpaged.Verify;

/// <summary>
/// A host at the other end of the cable, for a protocol that is verified: it answers ARP (RFC 826) and echo requests (RFC 792)
/// for whatever address, the first question after a protocol's patience, and asks back, with frames that are as they should be
/// and some that are not. It runs on the thread that reads the cable.
/// </summary>
internal sealed class Neighbour(FrameWire wire)
{
    // A protocol's timer runs before it is answered.
    private const int Unanswered = 2;
    private const int EthernetHeader = 14;
    private const int IpHeader = 20;

    private static readonly TimeSpan s_quiet = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(2);
    private static readonly byte[] s_own = [0x02, 0x00, 0x00, 0x00, 0x00, 0x02];

    private readonly Stopwatch _sinceLast = new();
    private int _asked;
    private bool _hasAskedBack;

    /// <summary>Takes a frame of these kinds that came. False where it is none for a host.</summary>
    public bool Take(byte[] frame)
    {
        if (frame.Length < EthernetHeader) return false;
        ushort type = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(12));
        if (type is not (0x0806 or 0x0800)) return false;
        lock (_sinceLast) _sinceLast.Restart();
        if (type == 0x0806 && frame.Length >= 42) TakeArp(frame);
        if (type == 0x0800 && frame.Length >= EthernetHeader + IpHeader + 8) TakeEcho(frame);
        return true;
    }

    /// <summary>Waits until the protocol says nothing more of its own; at once where it has said nothing.</summary>
    public void AwaitQuiet()
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < s_longest)
        {
            TimeSpan quiet;
            lock (_sinceLast) quiet = _sinceLast.IsRunning ? _sinceLast.Elapsed : s_quiet;
            if (quiet >= s_quiet) return;
            Thread.Sleep(20);
        }
    }

    private void TakeArp(byte[] frame)
    {
        bool isQuestion = frame[21] == 1 && !frame.AsSpan(28, 4).SequenceEqual(frame.AsSpan(38, 4));
        if (!isQuestion || ++_asked <= Unanswered) return;
        byte[] answer = Answer(frame, frame.AsSpan(38, 4));
        // One that is cut off comes first, and is none.
        wire.Send(answer.AsSpan(0, 38));
        wire.Send(answer);
        if (_hasAskedBack) return;
        _hasAskedBack = true;
        AskBack(frame);
    }

    /// <summary>Asks for the protocol's own address, as its question told it, and for echoes of several lengths.</summary>
    private void AskBack(byte[] question)
    {
        byte[] back = Frame([0xff, 0xff, 0xff, 0xff, 0xff, 0xff], 0x0806, 60);
        question.AsSpan(14, 6).CopyTo(back.AsSpan(14));
        back[21] = 1;
        s_own.CopyTo(back, 22);
        question.AsSpan(38, 4).CopyTo(back.AsSpan(28));
        question.AsSpan(28, 4).CopyTo(back.AsSpan(38));
        wire.Send(back);
        foreach (int data in (int[])[0, 1, 32, 1472])
            wire.Send(Echo(question, data, data));
        // It says that it is longer than it is.
        wire.Send(Echo(question, 32, 900));
    }

    private static byte[] Echo(byte[] question, int data, int said)
    {
        byte[] frame = Frame(question.AsSpan(6, 6), 0x0800, Math.Max(60, EthernetHeader + IpHeader + 8 + data));
        Span<byte> ip = frame.AsSpan(EthernetHeader);
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(IpHeader + 8 + said));
        (ip[8], ip[9]) = (64, 1);
        question.AsSpan(38, 4).CopyTo(ip[12..]);
        question.AsSpan(28, 4).CopyTo(ip[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], InternetFrame.Checksum(ip[..IpHeader]));
        Span<byte> icmp = ip[IpHeader..];
        icmp[0] = 8;
        icmp[4] = 0x77;
        for (int index = 0; index < data; index++) icmp[8 + index] = (byte)index;
        BinaryPrimitives.WriteUInt16BigEndian(icmp[2..], InternetFrame.Checksum(icmp[..(8 + data)]));
        return frame;
    }

    private void TakeEcho(byte[] frame)
    {
        Span<byte> ip = frame.AsSpan(EthernetHeader);
        int total = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        if (ip[0] != 0x45 || ip[9] != 1 || ip[IpHeader] != 8 || total > ip.Length) return;
        if (InternetFrame.Checksum(ip[..IpHeader]) != 0) return;
        wire.Send(Answer(frame, ip.Slice(16, 4)));
    }

    private static byte[] Answer(byte[] question, ReadOnlySpan<byte> address)
    {
        var echo = new EchoFrame(new IPAddress(address));
        echo.SetHardwareAddress(s_own);
        byte[] answer = [.. question];
        echo.Answer(answer);
        return answer;
    }

    private static byte[] Frame(ReadOnlySpan<byte> to, ushort type, int length)
    {
        byte[] frame = new byte[length];
        to.CopyTo(frame);
        s_own.CopyTo(frame, 6);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), type);
        return frame;
    }
}
