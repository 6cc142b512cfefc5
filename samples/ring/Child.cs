using System.Net.Sockets;
using Nonpaged;

namespace SharedRing;

/// <summary>Reads and checks the messages.</summary>
internal static class Child
{
    /// <param name="path">The parent's socket.</param>
    /// <param name="messages">How many there will be.</param>
    public static int Run(string path, long messages)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(path));
        using var received = ExportedMemory.ReceiveFrom(socket);
        using OpenedMemory memory = received.Open();
        var ring = new Ring(memory.AsSpan());
        long right = 0;
        for (ulong number = 0; number < (ulong)messages; number++)
        {
            Message message;
            for (var wait = new SpinWait(); !ring.TryRead(out message);) Peer.Wait(ref wait, socket);
            if (message.IsWhole && message.Number == number) right++;
        }

        socket.Send(BitConverter.GetBytes(right));
        return 0;
    }
}
