using System.Net.Sockets;
using System.Text;

namespace Nonpaged.Ndis.Tests.Devices;

/// <summary>The protocol of docs/devices.md, from programs that keep to it and from those that do not.</summary>
public sealed class DeviceProtocolTests
{
    private const int Rounds = 300;

    [Fact]
    public void Random_bytes_disconnect_their_sender_and_harm_nobody()
    {
        int seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var bench = new DeviceBench();
        using DriverDevice bystander = bench.OpenDevice();
        Task<int> waiting = bystander.ReadAsync(new byte[4], DeviceBench.Forever);
        for (int round = 0; round < Rounds; round++)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(bench.Socket));
            try
            {
                if (random.Next(4) > 0) socket.Send(OpenMessage());
                for (int message = random.Next(8); message > 0; message--) socket.Send(Message(random));
            }
            catch (SocketException)
            {
                // It was disconnected, as it should be.
            }

            if (round % 50 == 0) Assert.Equal(4, bystander.Read(new byte[4], 7));
        }

        Assert.True(SpinWait.SpinUntil(() => bench.Open == 1, 60_000), $"seed {seed}: {bench.Open} are open");
        Assert.False(waiting.IsCompleted, $"seed {seed}");
        Assert.Equal(1, bench.InFlight);
        Assert.Empty(bench.Ndis.Reports);
    }

    [Fact]
    public void Each_fault_of_a_header_is_found()
    {
        var good = new DeviceRequestHeader { Size = 40, Kind = DeviceRequestKind.Read, Output = 10 };
        Assert.Null(good.Fault());
        Assert.NotNull((good with { Size = 39 }).Fault());
        Assert.NotNull((good with { Size = 41 }).Fault());
        Assert.NotNull((good with { Size = uint.MaxValue }).Fault());
        Assert.NotNull((good with { Input = 1 }).Fault());
        Assert.NotNull((good with { Kind = 0 }).Fault());
        Assert.NotNull((good with { Kind = (DeviceRequestKind)6 }).Fault());
        Assert.NotNull((good with { Kind = DeviceRequestKind.Open, Code = 1 }).Fault());
        Assert.NotNull((good with { Kind = DeviceRequestKind.Open, Size = 41, Code = 2 }).Fault());
        Assert.NotNull((good with { Kind = DeviceRequestKind.Open, Size = 40 + 1025, Code = 1 }).Fault());
        Assert.NotNull((good with { Kind = DeviceRequestKind.Write, Size = 50, Input = 9 }).Fault());
        Assert.NotNull((good with { Kind = DeviceRequestKind.Control, Size = 52, Input = 1 }).Fault());
        Assert.Null((good with { Kind = DeviceRequestKind.Control, Size = 51, Input = 1 }).Fault());
        byte[] bytes = new byte[DeviceWire.RequestHeader];
        var all = new DeviceRequestHeader
        {
            Size = 1,
            Kind = DeviceRequestKind.Control,
            Id = 3,
            Offset = 4,
            Code = 5,
            Input = 6,
            Output = 7,
        };
        all.Write(bytes);
        Assert.Equal(all, DeviceRequestHeader.Read(bytes));
    }

    [Fact]
    public void Too_much_is_refused_and_the_connection_goes_on()
    {
        using var bench = new DeviceBench();
        using DriverDevice device = bench.OpenDevice();
        Assert.Throws<ArgumentOutOfRangeException>(() => device.Read(new byte[(1 << 20) + 1]));
        Assert.Equal(1 << 20, device.Read(new byte[1 << 20]));
        Task<int>[] reads = [.. Enumerable.Range(0, OpenFile.MostOutstanding + 10)
            .Select(_ => device.ReadAsync(new byte[1], DeviceBench.Forever))];
        Assert.True(SpinWait.SpinUntil(() => reads.Count(read => read.IsFaulted) == 10, 60_000));
        Assert.Equal(
            NTSTATUS.STATUS_INSUFFICIENT_RESOURCES,
            Assert.IsType<DeviceException>(reads[^1].Exception!.InnerException).Status);
    }

    private static byte[] OpenMessage()
    {
        byte[] name = Encoding.UTF8.GetBytes(DeviceBench.Name);
        byte[] message = new byte[DeviceWire.RequestHeader + name.Length];
        new DeviceRequestHeader { Size = (uint)message.Length, Kind = DeviceRequestKind.Open, Code = 1 }.Write(message);
        name.CopyTo(message, DeviceWire.RequestHeader);
        return message;
    }

    // A message that is right but for a few bytes, or nothing but noise.
    private static byte[] Message(Random random)
    {
        byte[] message = new byte[random.Next(1, 200)];
        random.NextBytes(message);
        if (message.Length < DeviceWire.RequestHeader || random.Next(4) == 0) return message;
        uint data = (uint)(message.Length - DeviceWire.RequestHeader);
        new DeviceRequestHeader
        {
            Size = (uint)message.Length,
            Kind = (DeviceRequestKind)random.Next(7),
            Id = (ulong)random.Next(4),
            Offset = random.Next(2) == 0 ? ulong.MaxValue : 0,
            Code = (uint)random.Next(8),
            Input = random.Next(3) == 0 ? (uint)random.Next() : data,
            Output = random.Next(3) == 0 ? (uint)random.Next() : 100,
        }.Write(message);
        if (random.Next(2) == 0) message[random.Next(message.Length)] ^= (byte)(1 << random.Next(8));
        return message;
    }
}
