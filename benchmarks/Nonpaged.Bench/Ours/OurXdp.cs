using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Nonpaged.Xdp;

namespace Nonpaged.Bench;

/// <summary>Our side of "xdp": the same arguments, loops and answers as benchmarks/peers/xdp.c.</summary>
internal sealed partial class OurXdp : IDisposable
{
    private const int Batch = 64;
    private const int Frames = 4096;
    private const int RingEntries = 2048;

    // The whole loop may allocate so much: what the runtime does once in it.
    private const long MostAllocated = 4096;

    private static readonly TimeSpan s_firstFrame = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(100);

    // An experimental Ethernet protocol.
    private static readonly byte[] s_header = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5];

    private readonly XdpCase _case;
    private readonly XdpFramePool _pool;
    private readonly XdpSocket _socket;
    private readonly XdpFrame[] _frames = new XdpFrame[Batch];
    private readonly PosixSignalRegistration _signal;
    private readonly uint _idle =
        uint.TryParse(Environment.GetEnvironmentVariable("NONPAGED_BENCH_IDLE"), out uint idle) ? idle : 0;
    private int _unsent;
    private volatile bool _isStopped;
    private volatile bool _isEnded;

    private OurXdp(XdpCase one, string interfaceName)
    {
        _case = one;
        _pool = new XdpFramePool(new XdpFramePoolOptions { Count = Frames });
        _socket = XdpSocket.Open(interfaceName, 0, new XdpSocketOptions
        {
            Frames = _pool,
            ReceiveEntries = one.IsReceiving ? RingEntries : 0,
            TransmitEntries = one.Mode == XdpCase.Drop ? 0 : RingEntries,
            FillEntries = RingEntries,
            CompletionEntries = RingEntries,
        });
        if (!one.IsReceiving) WriteFrames();
        _signal = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            _isEnded = true;
            _isStopped = true;
        });
    }

    /// <param name="one">What is done.</param>
    /// <param name="interfaceName">The interface.</param>
    /// <param name="seconds">For how long, from the first frame on.</param>
    /// <param name="warmUp">So many seconds before that do not count: the runtime's own compiler needs some.</param>
    public static int Run(XdpCase one, string interfaceName, double seconds, double warmUp)
    {
        if (!XdpCase.Modes.Contains(one.Mode) || !(seconds > 0) || one.Bytes is < XdpCase.Shortest or > XdpCase.Longest)
        {
            throw new BenchException($"ours xdp {string.Join('|', XdpCase.Modes)} INTERFACE SECONDS BYTES "
                + $"(BYTES from {XdpCase.Shortest} to {XdpCase.Longest})");
        }

        using var ours = new OurXdp(one, interfaceName);
        Console.Out.WriteLine("ready");
        Console.Out.Flush();
        if (one.IsReceiving) ours.WaitForFirstFrame();
        if (warmUp > 0) ours.Loop(warmUp);
        ours.Measure(seconds);
        return 0;
    }

    public void Dispose()
    {
        _signal.Dispose();
        _socket.Dispose();
        _pool.Dispose();
    }

    private void Measure(double seconds)
    {
        XdpStatistics before = _socket.GetStatistics();
        Environment.ProcessCpuUsage usage = Environment.CpuUsage;
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        long allocated = Loop(seconds);
        double time = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
        Environment.ProcessCpuUsage end = Environment.CpuUsage;
        XdpStatistics after = _socket.GetStatistics();
        if (allocated > MostAllocated) throw new BenchException($"The loop allocated {allocated} bytes of managed memory.");
        long frames = _case.Mode == XdpCase.Drop ? after.Received - before.Received : after.Sent - before.Sent;
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{frames} {time:0.000000} {(end.UserTime - usage.UserTime).TotalSeconds:0.000000} "
                + $"{(end.PrivilegedTime - usage.PrivilegedTime).TotalSeconds:0.000000}"));
    }

    /// <summary>Another thread ends it, so that it does not read the clock. What it allocated.</summary>
    private long Loop(double seconds)
    {
        _isStopped = _isEnded;
        var clock = new Thread(() =>
        {
            Thread.Sleep(TimeSpan.FromSeconds(seconds));
            _isStopped = true;
        })
        { IsBackground = true };
        clock.Start();
        long before = GC.GetAllocatedBytesForCurrentThread();
        switch (_case.Mode)
        {
            case XdpCase.Send:
                while (!_isStopped) SendBatch();
                break;
            case XdpCase.Drop:
                while (!_isStopped) DropBatch();
                break;
            default:
                while (!_isStopped) ForwardBatch();
                break;
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private void SendBatch()
    {
        Span<XdpFrame> frames = _frames;
        if (_unsent == 0) _unsent = _pool.Take(frames, _case.Bytes);
        // From the end on, so that one number says what is left.
        _unsent -= _socket.Send(frames[^_unsent..]);
    }

    private void DropBatch()
    {
        Span<XdpFrame> frames = _frames;
        int count = _socket.Receive(frames);
        if (count > 0) _socket.Give(frames[..count]);
        else Wait();
    }

    private void ForwardBatch()
    {
        Span<XdpFrame> frames = _frames;
        frames = frames[..(_unsent == 0 ? Receive(frames) : _unsent)];
        if (frames.IsEmpty) return;
        int sent = _socket.Send(frames);
        _unsent = frames.Length - sent;
        if (_unsent > 0) frames[sent..].CopyTo(frames);
    }

    private int Receive(Span<XdpFrame> frames)
    {
        int count = _socket.Receive(frames);
        if (count == 0) Wait();
        XdpFramePool pool = _pool;
        foreach (XdpFrame frame in frames[..count]) SwapAddresses(pool.Data(frame));
        return count;
    }

    /// <summary>Nothing has arrived. Looking again is fastest; what counts instructions lets it sleep (xdp.c).</summary>
    private void Wait()
    {
        if (_idle > 0) Sleep(_idle);
    }

    [LibraryImport("libc", EntryPoint = "usleep")]
    private static partial void Sleep(uint microseconds);

    /// <summary>One load, one shuffle and one store; a frame is never shorter than 16 bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SwapAddresses(Span<byte> frame)
    {
        ref byte first = ref MemoryMarshal.GetReference(frame);
        Vector128.Shuffle(
            Vector128.LoadUnsafe(ref first), Vector128.Create((byte)6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 12, 13, 14, 15))
            .StoreUnsafe(ref first);
    }

    /// <summary>All frames once: what they hold stays when they return to the pool.</summary>
    private void WriteFrames()
    {
        var all = new XdpFrame[Frames];
        int count = _pool.Take(all);
        foreach (XdpFrame frame in all.AsSpan(0, count)) s_header.CopyTo(_pool.Data(frame));
        _pool.Give(all.AsSpan(0, count));
    }

    private void WaitForFirstFrame()
    {
        long start = Environment.TickCount64;
        while (!_isEnded && !_socket.Wait(s_look))
        {
            if (Environment.TickCount64 - start > s_firstFrame.TotalMilliseconds)
                throw new BenchException($"No frame arrived within {s_firstFrame.TotalSeconds} seconds.");
        }
    }
}
