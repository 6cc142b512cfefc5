using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Nonpaged;

namespace SharedRing;

/// <summary>Starts the child, sends it the memory, and writes the messages.</summary>
internal static class Parent
{
    public static int Run(long messages)
    {
        // For this user alone: a process that connects gets the memory.
        DirectoryInfo folder = Directory.CreateTempSubdirectory("ring-");
        try
        {
            string path = Path.Combine(folder.FullName, "socket");
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen(1);
            using Process child = StartChild(path, messages);
            Console.WriteLine($"child {child.Id}");
            using Socket socket = Accept(listener, child);
            Exchange(socket, messages);
            child.WaitForExit();
            return 0;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void Exchange(Socket socket, long messages)
    {
        using MemoryBlock block = NonpagedPool.Default.Allocate(new MemoryRequest(Ring.Length) { Shared = Sharing.ReadWrite });
        using (ExportedMemory export = block.Export()) export.SendTo(socket);
        long begun = Stopwatch.GetTimestamp();
        Write(new Ring(block.AsSpan()), socket, messages);
        byte[] answer = new byte[sizeof(long)];
        if (socket.Receive(answer) < answer.Length) throw Peer.Ended();
        double seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
        long right = BitConverter.ToInt64(answer);
        if (right != messages) throw new InvalidDataException($"{messages - right} of {messages} messages arrived wrong.");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{messages} messages in {seconds:F2} s, {messages / seconds / 1e6:F1} million a second, all of them right"));
    }

    private static void Write(Ring ring, Socket socket, long messages)
    {
        for (ulong number = 0; number < (ulong)messages; number++)
        {
            var message = Message.Of(number);
            for (var wait = new SpinWait(); !ring.TryWrite(message);) Peer.Wait(ref wait, socket);
        }
    }

    private static Process StartChild(string path, long messages)
    {
        // By "dotnet SharedRing.dll", or as a program of its own.
        string program = Environment.ProcessPath!;
        string[] library = Path.GetFileName(program) == "dotnet" ? [Environment.GetCommandLineArgs()[0]] : [];
        return Process.Start(program, [.. library, "child", path, messages.ToString(CultureInfo.InvariantCulture)]);
    }

    private static Socket Accept(Socket listener, Process child)
    {
        Task<Socket> accepting = listener.AcceptAsync();
        return Task.WaitAny(accepting, child.WaitForExitAsync()) == 0 ? accepting.GetAwaiter().GetResult()
            : throw Peer.Ended();
    }
}
