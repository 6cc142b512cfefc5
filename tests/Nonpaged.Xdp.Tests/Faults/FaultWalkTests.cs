using Nonpaged.Interop;
using Nonpaged.Tests.Faults;

namespace Nonpaged.Xdp.Tests.Faults;

/// <summary>The system calls of a socket's life, made to fail in every plausible way.</summary>
[Collection("alone")]
public sealed class FaultWalkTests(ITestOutputHelper output)
{
    private static readonly Dictionary<string, Errno[]> s_errors = new(PlausibleErrors.ByCall)
    {
        ["bpf"] = [Errno.EPERM, Errno.EINVAL, Errno.ENOMEM, Errno.EMFILE, Errno.ENOSYS, Errno.E2BIG],
        ["setsockopt"] = [Errno.EPERM, Errno.EINVAL, Errno.ENOMEM, Errno.ENOPROTOOPT],
        ["getsockopt"] = [Errno.EINVAL, Errno.EOPNOTSUPP],
        ["bind"] = [Errno.EBUSY, Errno.EINVAL, Errno.ENETDOWN, Errno.ENODEV, Errno.EOPNOTSUPP, Errno.EPERM, Errno.ENOMEM],
        ["sendto"] = [Errno.EAGAIN, Errno.ENOBUFS, Errno.ENETDOWN, Errno.EINTR],
        ["recvfrom"] = [Errno.EAGAIN, Errno.EINTR, Errno.ENOBUFS, Errno.ENETDOWN, Errno.ENXIO],
        ["epoll_create1"] = [Errno.EMFILE],
        ["epoll_ctl"] = [Errno.ENOMEM, Errno.ENOSPC],
        ["poll"] = [Errno.EINTR, Errno.ENOMEM],
    };

    [Fact]
    public void After_any_failing_call_nothing_is_left_the_error_has_a_remedy_and_the_next_socket_opens()
    {
        using var veth = Veth.Create();
        using var memory = NonpagedPool.Create(new NonpagedPoolOptions { IdleKept = 64 << 20 });
        memory.Reserve(16 << 20);
        Assert.Null(Live(veth, memory));
        HashSet<string> before = Descriptors();
        int maps = CountMaps();
        IReadOnlyDictionary<string, int> counts;
        using (var counting = new FaultHook())
        {
            Assert.Null(Live(veth, memory));
            counts = counting.Counts;
        }

        int tried = 0;
        var wrongs = new List<string>();
        foreach ((string call, int uses) in counts.Where(pair => pair.Key is not ("munmap" or "epoll_wait")))
        {
            for (int nth = 1; nth <= uses; nth++)
            {
                foreach (Errno errno in s_errors[call])
                {
                    tried++;
                    string what = $"{call} number {nth} answers {errno}";
                    Exception? exception;
                    using (new FaultHook(call, nth, errno)) exception = Live(veth, memory);
                    if (exception is XdpException { Failure: { Remedy: "" } or { Limit: "" } })
                        wrongs.Add($"{what}: {exception.Message}");
                    else if (exception is not (null or XdpException or AllocationException)) wrongs.Add($"{what}: {exception}");
                    wrongs.AddRange(Descriptors().Except(before).Select(left => $"{what}: {left} is left"));
                    if (CountMaps() != maps) wrongs.Add($"{what}: {CountMaps()} rings are mapped, not {maps}");
                }
            }
        }

        if (Live(veth, memory) is { } last) wrongs.Add($"Afterwards: {last}");
        output.WriteLine($"{tried} tries: {string.Join(", ", counts.Select(pair => $"{pair.Key} {pair.Value}"))}");
        Assert.True(wrongs.Count == 0, string.Join('\n', wrongs));
        string[] walked = ["bpf", "setsockopt", "getsockopt", "bind", "socket", "mmap", "sendto"];
        Assert.Superset(walked.ToHashSet(), counts.Keys.ToHashSet());
    }

    [Theory]
    [InlineData((int)Errno.EAGAIN)]
    [InlineData((int)Errno.EINTR)]
    public void A_call_to_the_verifier_that_a_signal_stops_is_made_again(int errno)
    {
        using var veth = Veth.Create();
        using var memory = NonpagedPool.Create(new NonpagedPoolOptions { IdleKept = 64 << 20 });
        int uses;
        using (var counting = new FaultHook())
        {
            Assert.Null(Live(veth, memory));
            uses = counting.Counts["bpf"];
        }

        for (int nth = 1; nth <= uses; nth++)
        {
            using var hook = new FaultHook("bpf", nth, (Errno)errno);
            Assert.Null(Live(veth, memory));
            Assert.True(hook.HasFired);
        }
    }

    // On this thread, which is a test's own; the namespace is left with it.
    private static Exception? Live(Veth veth, NonpagedPool memory) => veth.Left.Do<Exception?>(() =>
    {
        try
        {
            using var frames = new XdpFramePool(new XdpFramePoolOptions { Count = 256, Memory = memory });
            using var socket = XdpSocket.Open(Veth.LeftName, 0, new XdpSocketOptions
            { Frames = frames, ReceiveEntries = 64, TransmitEntries = 64, BindPatience = TimeSpan.FromSeconds(2) });
            Assert.True(frames.TryTake(out XdpFrame frame));
            Assert.Equal(1, socket.Send(frame.WithLength(60)));
            socket.Wait(TimeSpan.Zero);
            using var cancellation = new CancellationTokenSource();
            ValueTask wait = socket.WaitAsync(cancellation.Token);
            cancellation.Cancel();
            try
            {
                wait.AsTask().GetAwaiter().GetResult();
            }
            catch (OperationCanceledException)
            {
                // As it is meant.
            }

            socket.GetStatistics();
            return null;
        }
        catch (Exception exception)
        {
            return exception;
        }
    });

    // Those of this library's kinds alone, by number and target: what an earlier test left goes with its finalizer.
    private static HashSet<string> Descriptors() =>
    [
        .. new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos()
            .Select(descriptor => $"{descriptor.Name} {descriptor.LinkTarget}")
            .Where(descriptor => descriptor.Contains("socket:", StringComparison.Ordinal)
                || descriptor.Contains("bpf", StringComparison.Ordinal)),
    ];

    // The mappings of sockets alone: the runtime's own come and go.
    private static int CountMaps() =>
        File.ReadLines("/proc/self/maps").Count(line => line.Contains("socket:", StringComparison.Ordinal));
}
