using System.Net.Sockets;
using Nonpaged.Interop;

namespace Nonpaged.Xdp.Tests.Programs;

/// <summary>Programs that are attached, joined, and asked by other processes to take a socket.</summary>
public sealed class ProgramTests
{
    [Theory]
    [InlineData(XdpAttachMode.Native, true)]
    [InlineData(XdpAttachMode.Generic, false)]
    [InlineData(XdpAttachMode.Any, true)]
    public void A_program_is_attached_until_it_is_disposed_of(XdpAttachMode mode, bool isNative)
    {
        using var veth = Veth.Create();
        XdpProgram program = veth.Left.Do(() => XdpProgram.Attach(Veth.LeftName, new XdpProgramOptions { Mode = mode }));
        Assert.Equal(isNative, program.IsNative);
        XdpInterface during = veth.Left.Do(() => XdpInterface.Find(Veth.LeftName));
        Assert.NotEqual(0, during.AttachedProgramId);
        Assert.Equal(isNative ? XdpAttachMode.Native : XdpAttachMode.Generic, during.AttachedMode);
        Assert.Equal("nonpaged_xdp", during.FindAttachedProgramName());
        program.Dispose();
        Assert.Equal(0, veth.Left.Do(() => XdpInterface.Find(Veth.LeftName)).AttachedProgramId);
    }

    [Fact]
    public void An_interface_is_described_as_the_kernel_knows_it()
    {
        using var veth = Veth.Create(queues: 3, mtu: 1400);
        XdpInterface found = veth.Left.Do(() => XdpInterface.Find(Veth.LeftName));
        Assert.Equal((Veth.LeftName, true, 1400, 3, "veth"), (found.Name, found.IsUp, found.Mtu, found.Queues, found.Driver));
        Assert.Equal(veth.Left.Run("cat", $"/proc/self/net/dev").Contains("left", StringComparison.Ordinal), found.Index > 0);
        if (found.Features is { } features)
        {
            Assert.True(features.HasFlag(XdpFeatures.Basic | XdpFeatures.Redirect));
            Assert.False(features.HasFlag(XdpFeatures.ZeroCopy));
        }
    }

    [Fact]
    public void Frames_that_the_filter_does_not_mean_go_on_to_the_kernel()
    {
        using var veth = Veth.Create();
        veth.Left.Run("ip", "address", "add", "10.9.0.1/24", "dev", Veth.LeftName);
        veth.Right.Run("ip", "address", "add", "10.9.0.2/24", "dev", Veth.RightName);
        using XdpSocket right = veth.OpenRight(new XdpSocketOptions { Filter = XdpFilter.Udp(4711) });
        // ARP and ICMP are the kernel's, as before.
        veth.Left.Run("ping", "-c", "1", "-W", "5", "10.9.0.2");
        veth.Left.Do(() =>
        {
            using var udp = new UdpClient();
            udp.Send([1, 2, 3, 4], "10.9.0.2", 4711);
        });
        Assert.True(right.Wait(TimeSpan.FromSeconds(5)));
        var received = new XdpFrame[8];
        Assert.Equal(1, right.Receive(received));
        Assert.Equal([1, 2, 3, 4], right.Frames.Data(received[0])[42..46].ToArray());
    }

    [Fact]
    public void Another_one_joins_by_the_map_s_descriptor()
    {
        using var veth = Veth.Create();
        using XdpProgram first = veth.Right.Do(() => XdpProgram.Attach(Veth.RightName));
        using var joined = XdpProgram.Join(Duplicate(first.MapHandle));
        using XdpSocket right = veth.OpenRight(new XdpSocketOptions { Program = joined }), left = veth.OpenLeft();
        Assert.True(left.Frames.TryTake(out XdpFrame frame));
        Assert.Equal(1, left.Send(frame.WithLength(60)));
        Assert.True(right.Wait(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void A_socket_that_is_sent_to_the_program_s_process_receives()
    {
        using var veth = Veth.Create();
        using XdpProgram program = veth.Right.Do(() => XdpProgram.Attach(Veth.RightName));
        using XdpSocket right = veth.OpenRight(new XdpSocketOptions { AttachProgram = false }), left = veth.OpenLeft();
        Assert.True(left.Frames.TryTake(out XdpFrame unseen));
        Assert.Equal(1, left.Send(unseen.WithLength(60)));
        Assert.False(right.Wait(TimeSpan.FromMilliseconds(100)));
        WithPair((one, other) =>
        {
            Task<int> adoption = Task.Run(() => program.Adopt(other));
            right.SendTo(one);
            Assert.Equal(0, adoption.Result);
        });
        Assert.True(left.Frames.TryTake(out XdpFrame frame));
        Assert.Equal(1, left.Send(frame.WithLength(60)));
        Assert.True(right.Wait(TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void What_is_no_socket_of_the_interface_is_refused_with_a_reason_on_both_sides()
    {
        using var veth = Veth.Create();
        using XdpProgram program = veth.Right.Do(() => XdpProgram.Attach(Veth.RightName));
        using XdpSocket left = veth.OpenLeft();
        // Interfaces of both namespaces may have one number; a third one has another.
        veth.Left.Run("ip", "link", "add", "third", "type", "veth", "peer", "name", "fourth");
        veth.Left.Run("ip", "link", "set", "third", "up");
        using XdpSocket third = veth.Left.Do(() => XdpSocket.Open("third", 0, new XdpSocketOptions { AttachProgram = false }));
        Assert.NotEqual(program.Interface!.Index, third.Interface.Index);
        WithPair((one, other) =>
        {
            Task<int> adoption = Task.Run(() => program.Adopt(other));
            XdpException refused = Assert.Throws<XdpException>(() => third.SendTo(one));
            Assert.Equal(XdpFailureKind.Partner, refused.Kind);
            Assert.Contains("refused", refused.Failure.Reason, StringComparison.Ordinal);
            Assert.IsType<XdpException>(Assert.Throws<AggregateException>(() => adoption.Result).InnerException);
        });
        WithPair((one, other) =>
        {
            Task<int> adoption = Task.Run(() => program.Adopt(other));
            one.Send("rubbish, and more of it"u8);
            Assert.IsType<XdpException>(Assert.Throws<AggregateException>(() => adoption.Result).InnerException);
        });
        WithPair((one, other) =>
        {
            other.ReceiveTimeout = 100;
            Assert.Equal(XdpFailureKind.Partner, Assert.Throws<XdpException>(() => program.Adopt(other)).Kind);
        });
        WithPair((one, other) =>
        {
            one.Dispose();
            Assert.Throws<EndOfStreamException>(() => program.Adopt(other));
        });
    }

    private static Microsoft.Win32.SafeHandles.SafeFileHandle Duplicate(Microsoft.Win32.SafeHandles.SafeFileHandle handle)
    {
        Assert.False(LibC.DuplicateAbove(handle, 3, out Microsoft.Win32.SafeHandles.SafeFileHandle duplicate).IsError);
        return duplicate;
    }

    private static void WithPair(Action<Socket, Socket> action)
    {
        string path = Path.Combine(Path.GetTempPath(), $"nonpaged-{Guid.NewGuid():N}");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        try
        {
            listener.Listen();
            using var one = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            one.Connect(new UnixDomainSocketEndPoint(path));
            using Socket other = listener.Accept();
            action(one, other);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
