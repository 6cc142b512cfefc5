using System.Net.Sockets;
using Nonpaged.Xdp;

namespace Nonpaged.Cli.Tests.Xdp;

/// <summary>xdp --serve on the left end of a cable, and a path of its own.</summary>
internal sealed class XdpServing : IDisposable
{
    // EtherTypes for local experiments (IEEE 802).
    public const int OneType = 0x88b5;
    public const int OtherType = 0x88b6;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nonpaged-xdp-");
    private RunningProgram? _program;

    public XdpCable Cable { get; } = XdpCable.Create();

    public string Path => System.IO.Path.Combine(_folder.FullName, "door");

    public RunningProgram Program => _program!;

    public static XdpServing Start(params string[] options)
    {
        var serving = new XdpServing();
        serving.StartAgain(options);
        return serving;
    }

    public void StartAgain(params string[] options)
    {
        _program?.Dispose();
        _program = new RunningProgram(Cable.Start(["--serve", Path, .. options]));
        _program.WaitFor("serving left");
    }

    public Socket Connect()
    {
        var unix = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        unix.Connect(new UnixDomainSocketEndPoint(Path));
        return unix;
    }

    /// <summary>A socket on the left end, as a process has it that may not call bpf(2).</summary>
    public XdpSocket OpenGuest() => Cable.Veth.OpenLeft(new XdpSocketOptions { AttachProgram = false });

    public XdpSocket OpenAdopted()
    {
        XdpSocket guest = OpenGuest();
        using Socket unix = Connect();
        guest.SendTo(unix);
        return guest;
    }

    /// <summary>Sends a frame of each EtherType from the right end, and returns those that arrive at the left one.</summary>
    public int[] Exchange(XdpSocket left, params int[] types)
    {
        using XdpSocket right = Cable.Veth.OpenRight(new XdpSocketOptions { AttachProgram = false });
        foreach (int type in types)
        {
            Assert.True(right.Frames.TryTake(out XdpFrame frame));
            Span<byte> bytes = right.Frames.Data(frame)[..60];
            bytes.Fill(0xff);
            (bytes[12], bytes[13]) = ((byte)(type >> 8), (byte)type);
            Assert.Equal(1, right.Send(frame.WithLength(60)));
        }

        var arrived = new List<int>();
        var frames = new XdpFrame[64];
        // The last one that is awaited has come, and a little time passes for one too many.
        for (bool isMore = left.Wait(TimeSpan.FromSeconds(5)); isMore; isMore = left.Wait(TimeSpan.FromMilliseconds(200)))
        {
            int count = left.Receive(frames);
            foreach (XdpFrame frame in frames.AsSpan(0, count))
                arrived.Add(left.Frames.Data(frame)[12] << 8 | left.Frames.Data(frame)[13]);
            left.Frames.Give(frames.AsSpan(0, count));
        }

        return [.. arrived];
    }

    public void Dispose()
    {
        _program?.Dispose();
        Cable.Dispose();
        _folder.Delete(recursive: true);
    }
}
