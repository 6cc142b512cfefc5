using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>
/// The one thread that waits for all sockets (epoll(7)). .NET has no such wait for a descriptor of a family that it does not
/// know: its own reads from it, which AF_XDP answers with EOPNOTSUPP.
/// </summary>
internal sealed class ReadinessThread
{
    // How often sockets that wait are asked whether their interfaces are still there.
    private const int HealthMilliseconds = 1000;

    private static readonly Lock s_gate = new();
    private static ReadinessThread? s_instance;

    private readonly ConcurrentDictionary<ulong, SocketReadiness> _waits = [];
    private readonly SafeFileHandle _epoll;
    private ulong _lastKey;

    private ReadinessThread()
    {
        SysResult created = Epoll.Create(out _epoll);
        if (created.IsError) throw new XdpException(SocketFailures.Option(created.Errno, "epoll_create1", 0));
        new Thread(Run) { IsBackground = true, Name = "Nonpaged.Xdp waits" }.Start();
    }

    /// <summary>It is started when the first socket waits. Where that fails the next one tries again.</summary>
    /// <exception cref="XdpException">There is no descriptor for it.</exception>
    public static ReadinessThread Instance
    {
        get
        {
            if (Volatile.Read(ref s_instance) is { } instance) return instance;
            lock (s_gate) return s_instance ??= new ReadinessThread();
        }
    }

    /// <summary>Wakes this once when the socket is readable.</summary>
    public SysResult Add(SocketReadiness readiness, SafeFileHandle socket, out ulong key)
    {
        key = Interlocked.Increment(ref _lastKey);
        _waits[key] = readiness;
        SysResult added = Epoll.Control(_epoll, Epoll.EPOLL_CTL_ADD, socket, Epoll.EPOLLIN | Epoll.EPOLLONESHOT, key);
        if (added.IsError) _waits.TryRemove(key, out _);
        return added;
    }

    /// <summary>Once more.</summary>
    public SysResult Arm(ulong key, SafeFileHandle socket) =>
        Epoll.Control(_epoll, Epoll.EPOLL_CTL_MOD, socket, Epoll.EPOLLIN | Epoll.EPOLLONESHOT, key);

    public void Remove(ulong key, SafeFileHandle socket)
    {
        _waits.TryRemove(key, out _);
        Epoll.Control(_epoll, Epoll.EPOLL_CTL_DEL, socket, 0, key);
    }

    private void Run()
    {
        Span<Epoll.Event> events = stackalloc Epoll.Event[64];
        long checkedAt = Stopwatch.GetTimestamp();
        while (true)
        {
            SysResult result = Epoll.Wait(_epoll, events, HealthMilliseconds);
            if (result.IsError)
            {
                // A signal, or a test that makes calls fail: the next one may go well.
                if (result.Errno != Errno.EINTR) Thread.Sleep(1);
                continue;
            }

            if (Stopwatch.GetElapsedTime(checkedAt).TotalMilliseconds >= HealthMilliseconds)
            {
                checkedAt = Stopwatch.GetTimestamp();
                foreach (SocketReadiness waiting in _waits.Values) waiting.CheckHealth();
            }

            foreach (ref readonly Epoll.Event one in events[..result.AsInt32])
            {
                if (_waits.TryGetValue(one.Data, out SocketReadiness? readiness)) readiness.Wake();
            }
        }
    }
}
