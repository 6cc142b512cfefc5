using Nonpaged.Xdp;

namespace Nonpaged.Samples.Xdp;

/// <summary>
/// Counts the frames of all queues by their EtherTypes: a table that is drawn each second, or lines where the output is no
/// terminal. It takes the frames away from the kernel.
/// </summary>
internal static class Counter
{
    public static async Task RunAsync(Options options, CancellationToken end)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(end);
        limit.CancelAfter(TimeSpan.FromSeconds(options.Number("--seconds", 24 * 3600)));
        using var sockets = XdpSocketGroup.Open(options.InterfaceName, new XdpSocketOptions { TransmitEntries = 0 });
        Console.WriteLine($"ready: {sockets.Count} queues");
        var counts = new SortedDictionary<int, (long Frames, long Bytes)>();
        Task[] readers = [.. sockets.Select(socket => ReadAsync(socket, counts, limit.Token))];
        try
        {
            while (true)
            {
                await Task.Delay(1000, limit.Token);
                Write(counts, isLive: !Console.IsOutputRedirected);
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(readers);
            Write(counts, isLive: false);
        }
    }

    private static async Task ReadAsync(
        XdpSocket socket, SortedDictionary<int, (long Frames, long Bytes)> counts, CancellationToken end)
    {
        var frames = new XdpFrame[64];
        while (!end.IsCancellationRequested)
        {
            int count = socket.Receive(frames);
            if (count > 0) Count(socket.Frames, frames.AsSpan(0, count), counts);
            else if (!await socket.HasFramesAsync(end)) return;
        }
    }

    private static void Count(
        XdpFramePool pool, ReadOnlySpan<XdpFrame> frames, SortedDictionary<int, (long Frames, long Bytes)> counts)
    {
        lock (counts)
        {
            foreach (XdpFrame frame in frames)
            {
                int type = Ethernet.EtherTypeOf(pool.Data(frame));
                (long number, long bytes) = counts.GetValueOrDefault(type);
                counts[type] = (number + 1, bytes + frame.Length);
            }
        }

        pool.Give(frames);
    }

    private static void Write(SortedDictionary<int, (long Frames, long Bytes)> counts, bool isLive)
    {
        lock (counts)
        {
            // The cursor goes home, and what is below is cleared (ECMA-48: CUP, ED).
            if (isLive) Console.Write("\u001b[H\u001b[J");
            Console.WriteLine($"{"EtherType",-10} {"frames",12} {"bytes",15}");
            foreach ((int type, (long frames, long bytes)) in counts)
                Console.WriteLine($"0x{type:x4}     {frames,12} {bytes,15}");
        }
    }
}
