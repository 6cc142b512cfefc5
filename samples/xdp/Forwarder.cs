using Nonpaged.Xdp;

namespace Nonpaged.Samples.Xdp;

/// <summary>Sends each frame back to where it came from, its two addresses exchanged: the l2fwd of other packages.</summary>
internal static class Forwarder
{
    public static async Task RunAsync(Options options, CancellationToken end)
    {
        using XdpSocket socket = options.Open(new XdpSocketOptions());
        var frames = new XdpFrame[64];
        while (!end.IsCancellationRequested)
        {
            int count = socket.Receive(frames);
            if (count == 0 && !await socket.HasFramesAsync(end)) break;
            for (int i = 0; i < count; i++) Ethernet.ExchangeAddresses(socket.Frames.Data(frames[i]));
            // Where there is no room to send, the rest is dropped, as a switch does.
            int sent = socket.Send(frames.AsSpan(0, count));
            socket.Give(frames.AsSpan(sent, count - sent));
        }

        Console.WriteLine($"{socket.GetStatistics().Sent} frames sent");
    }
}
