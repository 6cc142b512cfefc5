using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>
/// An AF_XDP socket on one queue of a network interface: frames arrive in memory of an <see cref="XdpFramePool"/> and leave from
/// it, in batches, without an allocation (Documentation/networking/af_xdp.rst).
/// </summary>
/// <remarks>
/// One thread may receive and another one send; two may not receive, or send, at a time, nor one while the socket is disposed of.
/// <see cref="WaitAsync"/>, statistics and counters are thread-safe.
/// </remarks>
/// <example>
/// <code>
/// using XdpSocket socket = XdpSocket.Open("eth0");
/// var frames = new XdpFrame[64];
/// while (true)
/// {
///     int count = socket.Receive(frames);
///     if (count == 0) await socket.WaitAsync(token);
///     foreach (XdpFrame frame in frames.AsSpan(0, count)) Look(socket.Frames.Data(frame));
///     socket.Give(frames.AsSpan(0, count));
/// }
/// </code>
/// </example>
public sealed partial class XdpSocket : IDisposable
{
    private const uint MostOutstanding = 256;

    // How often a wait asks whether the interface is still there.
    private const int HealthMilliseconds = 1000;

    private readonly XdpSocketOptions _options;
    private readonly SocketOpening _opened;
    private readonly SocketReadiness _readiness;
    private readonly FrameStack _stack;
    private readonly byte _number;
    private readonly bool _isUnaligned;
    private readonly bool _isPolling;
    private readonly FrameTerms _terms;
    private readonly EmptySend _emptySend;
    private readonly int _mostOutstanding;
    private readonly XdpProgram? _ownProgram;
    private readonly XdpFramePool? _ownFrames;
    private Ring _receive;
    private Ring _fill;
    private Ring _transmit;
    private Ring _completion;
    private int _completionGate;
    private uint _emptyReceives;
    private long _received;
    private long _sent;
    private volatile bool _isDisposed;

    private XdpSocket(
        XdpInterface on, int queue, XdpSocketOptions options, XdpFramePool frames, SocketOpening opened,
        XdpFramePool? ownFrames, XdpProgram? ownProgram)
    {
        (Interface, Queue, _options, Frames, _opened) = (on, queue, options, frames, opened);
        (_ownFrames, _ownProgram) = (ownFrames, ownProgram);
        _readiness = new SocketReadiness(opened.Handle, on, () => _fill.Pending == 0);
        (_stack, _number) = (frames.Stack, opened.Number);
        _isUnaligned = frames.Options.Unaligned;
        _isPolling = options.BusyPollBudget > 0;
        uint allowed = options.MultiBuffer ? AfXdp.XDP_PKT_CONTD : 0;
        if (frames.Options.TransmitMetadata) allowed |= AfXdp.XDP_TX_METADATA;
        _terms = frames.Terms with { AllowedOptions = (ulong)allowed << XdpFrame.OptionShift };
        _fill = opened.Fill!.Ring;
        _completion = opened.Completion!.Ring;
        if (opened.Receive is not null) _receive = opened.Receive.Ring;
        if (opened.Transmit is not null) _transmit = opened.Transmit.Ring;
        _emptySend = new EmptySend((int)opened.Handle.DangerousGetHandle());
        _refillFrom = Math.Min(MostRefilled, _fill.Half);
        _mostOutstanding = (int)Math.Min(MostOutstanding, _completion.Half);
    }

    /// <summary>The interface, as it was when the socket was opened.</summary>
    public XdpInterface Interface { get; }

    /// <summary>The queue of the interface.</summary>
    public int Queue { get; }

    /// <summary>Where its frames lie.</summary>
    public XdpFramePool Frames { get; }

    /// <summary>The driver and the program share the frames' memory, so that nothing is copied.</summary>
    public bool IsZeroCopy => _opened.IsZeroCopy;

    /// <summary>The socket's descriptor, for epoll(7) and the like. It is closed with the socket.</summary>
    public SafeFileHandle Handle => _opened.Handle;

    /// <summary>Opens a socket on a queue of an interface, and brings that queue's frames to it.</summary>
    /// <param name="interfaceName">The interface, in the network namespace of the process.</param>
    /// <param name="queue">The queue, from 0 on.</param>
    /// <param name="options">What is not as most programs want it.</param>
    /// <exception cref="XdpException">A step failed; the exception says which, why and what would help.</exception>
    /// <exception cref="AllocationException">There is no memory for the frames.</exception>
    /// <exception cref="ArgumentException">Options make no sense.</exception>
    public static XdpSocket Open(string interfaceName, int queue = 0, XdpSocketOptions? options = null)
    {
        options ??= new XdpSocketOptions();
        ArgumentException.ThrowIfNullOrEmpty(interfaceName);
        ArgumentOutOfRangeException.ThrowIfNegative(queue);
        SocketOptionsCheck.ThrowIfWrong(options);
        var on = XdpInterface.Find(interfaceName);
        XdpFramePool? ownFrames = options.Frames is null ? new XdpFramePool() : null;
        XdpFramePool frames = options.Frames ?? ownFrames!;
        XdpSocket? socket = null;
        XdpProgram? ownProgram = null;
        try
        {
            BindFailures.ThrowIfImpossible(on, queue, options, frames);
            bool attaches = options is { Program: null, AttachProgram: true, ReceiveEntries: > 0 };
            // A program comes first: a driver that has none may not take the socket's memory, and an interface that has one
            // already refuses before the socket is made.
            if (attaches)
            {
                ownProgram = XdpProgram.Attach(interfaceName, new XdpProgramOptions
                { Filter = options.Filter, Mode = options.AttachMode, MultiBuffer = options.MultiBuffer });
            }

            var opened = SocketOpening.Open(on, queue, options, frames);
            socket = new XdpSocket(on, queue, options, frames, opened, ownFrames, ownProgram);
            socket.Tidy();
            if (options.ReceiveEntries > 0) (ownProgram ?? options.Program)?.Add(socket);
            return socket;
        }
        catch
        {
            socket?.Dispose();
            ownProgram?.Dispose();
            ownFrames?.Dispose();
            throw;
        }
    }

    /// <summary>Waits until frames have arrived.</summary>
    /// <param name="timeout">For how long; <see cref="Timeout.InfiniteTimeSpan"/> for as long as it takes.</param>
    /// <returns>False where the time was over before.</returns>
    /// <exception cref="ObjectDisposedException">The socket is disposed.</exception>
    /// <exception cref="XdpException">The interface is down, or gone.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    public bool Wait(TimeSpan timeout) => Wait(timeout, forSending: false);

    /// <summary>Waits until frames can be sent.</summary>
    /// <inheritdoc cref="Wait(TimeSpan)"/>
    public bool WaitToSend(TimeSpan timeout) => Wait(timeout, forSending: true);

    /// <summary>
    /// Waits until frames have arrived, without a thread that waits. It may end early: <see cref="Receive"/> tells. One
    /// at a time.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another wait has not ended.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The socket is disposed, or was before frames arrived.</exception>
    /// <exception cref="XdpException">The interface is down, or gone: told within a second or two.</exception>
    public ValueTask WaitAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (!_receive.IsThere) ThrowNoReceiving();
        if (_receive.HasEntries) return ValueTask.CompletedTask;
        Tidy();
        return _readiness.WaitAsync(cancellationToken);
    }

    /// <summary>What the socket counted since it was opened.</summary>
    /// <exception cref="ObjectDisposedException">The socket is disposed.</exception>
    /// <exception cref="XdpException">The kernel does not tell.</exception>
    public XdpStatistics GetStatistics()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        SysResult result = AfXdp.GetStatistics(_opened.Handle, out AfXdp.Statistics kernel);
        if (result.IsError) throw new XdpException(SocketFailures.Option(result.Errno, "XDP_STATISTICS", 0));
        return new XdpStatistics(
            Volatile.Read(ref _received), Volatile.Read(ref _sent), (long)kernel.ReceiveDropped, (long)kernel.ReceiveRingFull,
            (long)kernel.FillRingEmpty, (long)kernel.ReceiveInvalidDescriptors, (long)kernel.TransmitInvalidDescriptors,
            (long)kernel.TransmitRingEmpty);
    }

    /// <summary>
    /// Sends the socket's descriptor to a process that has a program attached to the interface
    /// (<see cref="XdpProgram.Adopt"/>, <c>nonpaged xdp INTERFACE --serve PATH</c>) and waits for its answer. This is how a
    /// socket receives in a container that may not call bpf(2).
    /// </summary>
    /// <param name="unix">A connected stream socket of the Unix domain.</param>
    /// <exception cref="XdpException">The other process refused: its reason is given.</exception>
    /// <exception cref="ArgumentException">The socket is of another kind.</exception>
    public void SendTo(Socket unix)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        Adoption.Ask(unix, this);
    }

    /// <summary>
    /// Closes the socket. Its program, where it has one of its own, is detached; the frames in its rings are free again, those
    /// that the program has stay the program's. Without copying it waits until the device is done with them, some milliseconds.
    /// </summary>
    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        _readiness.Dispose();
        _ownProgram?.Dispose();
        Frames.Sharing.Leave(_number, _opened.Handle, _opened.IsZeroCopy, Interface.Index, (uint)Queue);
        _opened.Dispose();
        _ownFrames?.Dispose();
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"{Interface.Name} queue {Queue}, {(IsZeroCopy ? "zero copy" : "copied")}{(_isDisposed ? ", closed" : "")}";

    private int Outstanding => _transmit.IsThere ? (int)(_transmit.CachedProducer - (uint)_completion.CachedConsumer) : 0;

    // Frames that were sent are free again, free ones are the kernel's to fill, and what was not sent yet is.
    private void Tidy()
    {
        if (_transmit.IsThere) Reclaim();
        if (_receive.IsThere) Refill();
        Flush();
    }

    private bool Wait(TimeSpan timeout, bool forSending)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        if (forSending && !_transmit.IsThere) ThrowNoSending();
        if (!forSending && !_receive.IsThere) ThrowNoReceiving();
        bool isEndless = timeout == Timeout.InfiniteTimeSpan;
        if (!isEndless) ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        if (!forSending && _receive.HasEntries) return true;
        if (forSending) Flush();
        else Tidy();
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            double left = isEndless ? double.MaxValue : (timeout - Stopwatch.GetElapsedTime(start)).TotalMilliseconds;
            int milliseconds = (int)Math.Clamp(Math.Ceiling(left), 0, HealthMilliseconds);
            SysResult result = LibC.PollSocket(_opened.Handle, forSending, milliseconds);
            if (!result.IsError && result.AsInt32 > 0) return true;
            if (SocketHealth.Ask(_opened.Handle, Interface) is { } failure) throw new XdpException(failure);
            if (left <= HealthMilliseconds && !result.IsError) return false;
            if (!forSending) Tidy();
        }
    }
}
