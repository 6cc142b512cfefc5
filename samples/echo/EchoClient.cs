using System.Buffers;
using System.Diagnostics;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Echo;

/// <summary>Sends numbered messages and checks every byte that comes back.</summary>
internal static class EchoClient
{
    // Not measured: connections open their windows, the pool grows, and most code is compiled.
    private static readonly TimeSpan s_start = TimeSpan.FromSeconds(0.5);

    /// <summary>Sends for some time, and returns when all has come back.</summary>
    /// <exception cref="InvalidDataException">Something else came back than was sent.</exception>
    public static async Task<EchoResult> Run(IPEndPoint server, MemoryPool<byte> memory, Options options)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(server);
        NetworkStream stream = client.GetStream();
        var writer = PipeWriter.Create(stream, new StreamPipeWriterOptions(memory, leaveOpen: true));
        var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(memory, leaveOpen: true));
        long begun = Stopwatch.GetTimestamp();
        Task<EchoResult> receiving = Task.Run(() => Receive(reader, options.Bytes, begun));
        long sent = await Send(writer, options, begun);
        client.Client.Shutdown(SocketShutdown.Send);
        EchoResult result = await receiving;
        return result.Messages == sent ? result
            : throw new InvalidDataException($"{sent} messages were sent, and {result.Messages} came back.");
    }

    private static async Task<long> Send(PipeWriter writer, Options options, long begun)
    {
        TimeSpan time = s_start + TimeSpan.FromSeconds(options.Seconds);
        long number = 0;
        for (; Stopwatch.GetElapsedTime(begun) < time; number++)
        {
            Fill(writer.GetSpan(options.Bytes)[..options.Bytes], number);
            writer.Advance(options.Bytes);
            await writer.FlushAsync();
        }

        await writer.CompleteAsync();
        return number;
    }

    private static async Task<EchoResult> Receive(PipeReader reader, int length, long begun)
    {
        long number = 0, wrong = 0, first = 0, start = 0, end;
        ReadResult read;
        do
        {
            read = await reader.ReadAsync();
            ReadOnlySequence<byte> rest = read.Buffer;
            // After an error, too: nobody else reads, and the sender would wait for room.
            for (; rest.Length >= length; rest = rest.Slice(length)) wrong += IsRight(rest.Slice(0, length), number++) ? 0 : 1;
            // What was looked at and is no whole message stays in the pipe.
            reader.AdvanceTo(rest.Start, rest.End);
            end = Stopwatch.GetTimestamp();
            if (start == 0 && Stopwatch.GetElapsedTime(begun, end) >= s_start) (first, start) = (number, end);
        }
        while (!read.IsCompleted);

        await reader.CompleteAsync();
        if (wrong > 0) throw new InvalidDataException($"{wrong} of {number} messages came back changed.");
        return new EchoResult(number, (number - first) * (double)length / Stopwatch.GetElapsedTime(start, end).TotalMicroseconds);
    }

    // Its number, and bytes that tell it from the messages around it.
    private static void Fill(Span<byte> message, long number)
    {
        message[sizeof(long)..].Fill((byte)number);
        MemoryMarshal.Write(message, number);
    }

    private static bool IsRight(ReadOnlySequence<byte> message, long number)
    {
        Span<byte> found = stackalloc byte[sizeof(long)];
        message.Slice(0, sizeof(long)).CopyTo(found);
        bool isRight = MemoryMarshal.Read<long>(found) == number;
        foreach (ReadOnlyMemory<byte> segment in message.Slice(sizeof(long)))
            isRight &= !segment.Span.ContainsAnyExcept((byte)number);
        return isRight;
    }
}
