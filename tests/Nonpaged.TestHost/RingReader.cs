using System.Globalization;
using System.Net.Sockets;
using Nonpaged;

/// <summary>The reading side of a ring in another process's block, which comes over a socket: one writer, one reader.</summary>
internal static class RingReader
{
    // Two counters on lines of their own, then the slots.
    private const int Read = 8;
    private const int Slots = 16;

    public static int Run(string path, string messages)
    {
        long count = long.Parse(messages, CultureInfo.InvariantCulture);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        Console.WriteLine("ready");
        socket.Connect(new UnixDomainSocketEndPoint(path));
        using var received = ExportedMemory.ReceiveFrom(socket);
        using OpenedMemory memory = received.Open();
        Span<ulong> words = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(memory.AsSpan());
        Span<ulong> slots = words[Slots..];
        for (long i = 0; i < count; i++)
        {
            while (Volatile.Read(ref words[0]) <= (ulong)i) Thread.SpinWait(1);
            ulong message = slots[(int)(i % slots.Length)];
            if (message != (ulong)i * 0x9e3779b97f4a7c15)
            {
                Console.WriteLine($"message {i} is 0x{message:x}");
                return 1;
            }

            Volatile.Write(ref words[Read], (ulong)i + 1);
        }

        Console.WriteLine($"{count} messages");
        return 0;
    }
}
