namespace Nonpaged.Xdp.Tests.Sockets;

/// <summary>What goes wrong says at which step, why, which limit, and what helps.</summary>
public sealed class FailureTests
{
    [Fact]
    public void An_interface_that_is_not_there_is_named()
    {
        using var veth = Veth.Create();
        foreach (string name in new[] { "nowhere", "a name that is longer than interfaces have" })
            Expect(XdpFailureKind.NoInterface, "ip link", () => veth.Left.Do(() => XdpSocket.Open(name)));
    }

    [Fact]
    public void An_interface_that_is_down_is_told_with_the_command_that_brings_it_up()
    {
        using var veth = Veth.Create();
        veth.Left.Run("ip", "link", "set", Veth.LeftName, "down");
        Expect(XdpFailureKind.InterfaceDown, "ip link set left up", () => veth.OpenLeft());
    }

    [Fact]
    public void A_queue_that_is_not_there_is_told_with_the_number_that_are()
    {
        using var veth = Veth.Create(queues: 2);
        Expect(XdpFailureKind.NoQueue, "take a queue below 2", () => veth.OpenLeft(queue: 2));
        veth.Left.Run("ethtool", "-L", Veth.LeftName, "rx", "1", "tx", "1");
        Expect(XdpFailureKind.NoQueue, "ethtool -L left rx 2", () => veth.OpenLeft(queue: 1));
    }

    [Fact]
    public void A_queue_that_another_socket_has_is_busy_after_the_patience_is_over()
    {
        using var veth = Veth.Create();
        var options = new XdpSocketOptions { AttachProgram = false, BindPatience = TimeSpan.FromMilliseconds(100) };
        using XdpSocket first = veth.OpenLeft(options);
        Expect(XdpFailureKind.QueueBusy, "ss --xdp", () => veth.OpenLeft(options));
    }

    [Fact]
    public void An_interface_that_has_a_program_refuses_and_names_it()
    {
        using var veth = Veth.Create();
        var options = new XdpProgramOptions { Name = "somebody" };
        using XdpProgram program = veth.Left.Do(() => XdpProgram.Attach(Veth.LeftName, options));
        XdpFailure failure = Expect(XdpFailureKind.ProgramAttached, "xdp off", () => veth.OpenLeft());
        Assert.Contains("\"somebody\"", failure.Reason, StringComparison.Ordinal);
        Expect(XdpFailureKind.ProgramAttached, "Join", () => veth.Left.Do(() => XdpProgram.Attach(Veth.LeftName)));
    }

    [Fact]
    public void A_driver_that_copies_is_named_where_zero_copy_is_demanded()
    {
        using var veth = Veth.Create();
        XdpFailure failure = Expect(
            XdpFailureKind.NoZeroCopy, "Copy", () => veth.OpenLeft(new XdpSocketOptions { CopyMode = XdpCopyMode.ZeroCopy }));
        Assert.Contains("veth", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Frames_that_do_not_fit_are_told_beforehand()
    {
        using var veth = Veth.Create(mtu: 3000);
        Expect(XdpFailureKind.FrameTooShort, "4096", () => veth.OpenLeft());
        using var large = Veth.Create(mtu: 9000);
        Expect(XdpFailureKind.FrameTooShort, "MultiBuffer", () => large.OpenLeft());
        using XdpSocket sends = large.OpenLeft(new XdpSocketOptions { ReceiveEntries = 0 });
    }

    [Fact]
    public void A_program_that_the_driver_cannot_run_by_itself_says_so()
    {
        using var veth = Veth.Create(mtu: 9000);
        var options = new XdpProgramOptions { Mode = XdpAttachMode.Native };
        XdpFailure failure = Expect(
            XdpFailureKind.NoNativeMode, "Generic", () => veth.Left.Do(() => XdpProgram.Attach(Veth.LeftName, options)));
        Assert.NotEqual(0, failure.Errno);
    }

    [Fact]
    public async Task A_wait_ends_where_the_interface_goes_down_or_away()
    {
        using var veth = Veth.Create();
        using XdpSocket left = veth.OpenLeft(), right = veth.OpenRight();
        Task wait = left.WaitAsync().AsTask();
        veth.Left.Run("ip", "link", "set", Veth.LeftName, "down");
        Assert.Equal(XdpFailureKind.InterfaceDown, (await Assert.ThrowsAsync<XdpException>(() => wait)).Kind);
        Expect(XdpFailureKind.InterfaceDown, "up", () =>
        {
            left.Wait(TimeSpan.FromSeconds(30));
            return left;
        });
        wait = right.WaitAsync().AsTask();
        veth.Left.Run("ip", "link", "delete", Veth.LeftName);
        Assert.Equal(XdpFailureKind.NoInterface, (await Assert.ThrowsAsync<XdpException>(() => wait)).Kind);
        Expect(XdpFailureKind.NoInterface, "ip link", () =>
        {
            right.Wait(Timeout.InfiniteTimeSpan);
            return right;
        });
        Assert.Throws<ArgumentOutOfRangeException>(() => left.Wait(TimeSpan.FromSeconds(-2)));
    }

    [Fact]
    public void A_path_without_a_map_is_told()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root, for bpf(2)");
        Expect(XdpFailureKind.Kernel, "mount -t bpf", () => XdpProgram.Join("/nowhere/at/all"));
    }

    [Fact]
    public void Options_that_make_no_sense_are_wrong_arguments()
    {
        foreach (XdpSocketOptions wrong in new XdpSocketOptions[]
        {
            new() { ReceiveEntries = 100 }, new() { ReceiveEntries = -1 }, new() { ReceiveEntries = 0, TransmitEntries = 0 },
            new() { BusyPollBudget = -1 }, new() { TransmitBudget = -1 }, new() { BindPatience = TimeSpan.FromSeconds(-1) },
            new() { CopyMode = (XdpCopyMode)9 }, new() { AttachMode = (XdpAttachMode)9 },
        })
        {
            Assert.ThrowsAny<ArgumentException>(() => XdpSocket.Open("lo", 0, wrong));
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => XdpSocket.Open("lo", -1));
        Assert.Throws<ArgumentException>(() => XdpSocket.Open(""));
        Assert.Throws<ArgumentException>(() => XdpProgram.Attach("lo", new XdpProgramOptions { Name = "with a space" }));
    }

    private static XdpFailure Expect(XdpFailureKind kind, string word, Func<IDisposable> attempt)
    {
        XdpException exception = Assert.Throws<XdpException>(() => attempt().Dispose());
        Assert.Equal(kind, exception.Kind);
        XdpFailure failure = exception.Failure;
        Assert.All([failure.Step, failure.Reason, failure.Limit, failure.Remedy], Assert.NotEmpty);
        Assert.Contains(word, failure.Remedy, StringComparison.Ordinal);
        return failure;
    }
}
