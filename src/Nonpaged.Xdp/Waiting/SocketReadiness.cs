using System.Threading.Tasks.Sources;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Xdp;

/// <summary>One socket's asynchronous wait. It is used again for each wait, so that a wait allocates nothing.</summary>
internal sealed class SocketReadiness : IValueTaskSource, IDisposable
{
    private readonly SafeFileHandle _socket;
    private readonly XdpInterface _interface;
    private readonly Func<bool> _isStarved;
    private readonly Lock _gate = new();
    private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private ulong _key;
    private bool _isWaiting;
    private bool _isDisposed;

    /// <param name="socket">The socket.</param>
    /// <param name="on">Its interface.</param>
    /// <param name="isStarved">Whether the kernel has no frame to fill, and the next receive may give it some.</param>
    public SocketReadiness(SafeFileHandle socket, XdpInterface on, Func<bool> isStarved) =>
        (_socket, _interface, _isStarved) = (socket, on, isStarved);

    public ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        // Before anything is changed: it may not come to be.
        _ = ReadinessThread.Instance;
        short version;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(XdpSocket));
            if (_isWaiting) throw new InvalidOperationException("Another wait for this socket has not ended.");
            _source.Reset();
            version = _source.Version;
            _isWaiting = true;
            // Where it is cancelled meanwhile this calls back at once, and the wait is over.
            if (cancellationToken.CanBeCanceled)
            {
                _registration = cancellationToken.UnsafeRegister(
                    static (state, token) => ((SocketReadiness)state!).End(new OperationCanceledException(token)), this);
            }

            SysResult armed = _isWaiting ? Arm() : default;
            if (armed.IsError) End(new XdpException(SocketFailures.Option(armed.Errno, "epoll_ctl", 0)));
        }

        return new ValueTask(this, version);
    }

    /// <summary>The socket is readable, or has an error to tell.</summary>
    public void Wake() => End(null);

    /// <summary>Ends the wait where nothing can come any more, or not without another receive.</summary>
    public void CheckHealth()
    {
        XdpFailure? failure;
        bool isStarved;
        lock (_gate)
        {
            // What is asked is in the socket's rings, which are unmapped once this is disposed of.
            if (!_isWaiting || _isDisposed) return;
            failure = SocketHealth.Ask(_socket, _interface);
            isStarved = _isStarved();
        }

        if (failure is not null) End(new XdpException(failure));
        else if (isStarved) End(null);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            if (_key != 0) ReadinessThread.Instance.Remove(_key, _socket);
        }

        End(new ObjectDisposedException(nameof(XdpSocket)));
    }

    public ValueTaskSourceStatus GetStatus(short token) => _source.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    public void GetResult(short token)
    {
        // Before the next wait registers its own.
        _registration.Dispose();
        _registration = default;
        _source.GetResult(token);
    }

    private SysResult Arm()
    {
        if (_key != 0) return ReadinessThread.Instance.Arm(_key, _socket);
        SysResult added = ReadinessThread.Instance.Add(this, _socket, out ulong key);
        if (!added.IsError) _key = key;
        return added;
    }

    private void End(Exception? exception)
    {
        lock (_gate)
        {
            if (!_isWaiting) return;
            _isWaiting = false;
        }

        if (exception is null) _source.SetResult(true);
        else _source.SetException(exception);
    }
}
