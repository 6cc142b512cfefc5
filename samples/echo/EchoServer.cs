using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace Echo;

/// <summary>Sends back what comes. One task receives into a pipe, another sends what is in it.</summary>
internal static class EchoServer
{
    // As Kestrel does: a receive into the last few bytes of a segment is not worth its system call.
    private const int ShortestReceive = 2048;

    /// <summary>Serves one connection, until the client has sent its last byte.</summary>
    /// <param name="listener">It is started.</param>
    /// <param name="memory">What the pipe rents its segments from.</param>
    public static async Task ServeOne(TcpListener listener, MemoryPool<byte> memory)
    {
        using Socket connection = await listener.AcceptSocketAsync();
        connection.NoDelay = true;
        var pipe = new Pipe(new PipeOptions(memory, useSynchronizationContext: false));
        await Task.WhenAll(Receive(connection, pipe.Writer), Send(connection, pipe.Reader));
        connection.Shutdown(SocketShutdown.Send);
    }

    private static async Task Receive(Socket connection, PipeWriter writer)
    {
        try
        {
            int received;
            FlushResult flushed;
            do
            {
                received = await connection.ReceiveAsync(writer.GetMemory(ShortestReceive));
                writer.Advance(received);
                flushed = await writer.FlushAsync();
            }
            while (received > 0 && !flushed.IsCompleted);

            await writer.CompleteAsync();
        }
        catch (SocketException exception)
        {
            // The other task gets it from its next read.
            await writer.CompleteAsync(exception);
        }
    }

    private static async Task Send(Socket connection, PipeReader reader)
    {
        try
        {
            ReadResult read;
            do
            {
                read = await reader.ReadAsync();
                foreach (ReadOnlyMemory<byte> segment in read.Buffer)
                {
                    for (int sent = 0; sent < segment.Length;) sent += await connection.SendAsync(segment[sent..]);
                }

                reader.AdvanceTo(read.Buffer.End);
            }
            while (!read.IsCompleted);
        }
        finally
        {
            // Gives the segments back, and ends the other task where this one failed.
            await reader.CompleteAsync();
        }
    }
}
