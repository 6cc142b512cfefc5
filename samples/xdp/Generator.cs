using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Nonpaged.Xdp;

namespace Nonpaged.Samples.Xdp;

/// <summary>Sends frames as fast as they go: EtherType 0x88b5, for experiments (IEEE 802), a number in each.</summary>
internal static class Generator
{
    private const int Batch = 64;

    public static void Run(Options options, CancellationToken end)
    {
        long count = options.Number("--count", long.MaxValue);
        int length = (int)options.Number("--bytes", 60);
        byte[] header = new byte[Ethernet.HeaderLength];
        // All on the wire, unless one is named; from an address that is administered locally.
        string[] to = options.Text("--to", "ff:ff:ff:ff:ff:ff").Split(':');
        for (int i = 0; i < Ethernet.AddressLength; i++)
            header[i] = byte.Parse(to[i], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        header[6] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(header.AsSpan(12), 0x88b5);

        using XdpSocket socket = options.Open(new XdpSocketOptions { ReceiveEntries = 0 });
        var frames = new XdpFrame[Batch];
        long sent = 0, start = Stopwatch.GetTimestamp();
        while (sent < count && !end.IsCancellationRequested)
        {
            int taken = socket.Frames.Take(frames.AsSpan(0, (int)Math.Min(Batch, count - sent)));
            for (int i = 0; i < taken; i++)
            {
                frames[i] = frames[i].WithLength(length);
                Span<byte> data = socket.Frames.Data(frames[i]);
                data.Clear();
                header.CopyTo(data);
                BinaryPrimitives.WriteInt64BigEndian(data[Ethernet.HeaderLength..], sent + i);
            }

            int gone = socket.Send(frames.AsSpan(0, taken));
            socket.Frames.Give(frames.AsSpan(gone, taken - gone));
            sent += gone;
            if (gone < Batch) socket.WaitToSend(TimeSpan.FromMilliseconds(10));
        }

        while (socket.Reclaim() > 0 && !end.IsCancellationRequested) socket.Flush();
        TimeSpan time = Stopwatch.GetElapsedTime(start);
        Console.WriteLine($"{sent} frames of {length} bytes, {sent / time.TotalSeconds:0} a second");
    }
}
