namespace Nonpaged.Machines.Qemu;

public sealed partial class QemuMachine
{
    private static readonly TimeSpan s_orderlyEnd = TimeSpan.FromSeconds(5);

    private readonly Lock _disposing = new();
    private volatile bool _disposed;

    /// <summary>
    /// Ends QEMU in order, or by force where it does not end within five seconds, and gives everything back. Callable more than
    /// once and from several threads: it returns when the machine has ended.
    /// </summary>
    /// <exception cref="InvalidOperationException">Called by a handler of <see cref="InterruptLine.Raised"/>.</exception>
    public override void Dispose()
    {
        if (_client.IsInHandler)
            throw new InvalidOperationException("A handler of an interrupt line runs on the machine's thread and must not dispose it.");
        lock (_disposing)
        {
            if (_disposed) return;
            _disposed = true;
            _process.RequestEnd();
            if (!_client.WaitForEnd(s_orderlyEnd))
            {
                _process.Kill();
                _client.WaitForEnd(Timeout.InfiniteTimeSpan);
            }

            _process.Dispose();
            _ram.Dispose();
        }
    }

    private string OnEnd()
    {
        var how = _process.Reap();
        return _disposed ? $"Disposed. {how}" : how;
    }
}
