using Nonpaged.Machines;

namespace Nonpaged.Cli;

/// <summary>Cancels something when the machine goes away, until it is disposed.</summary>
internal sealed class MachineWatch : IDisposable
{
    private readonly Lock _gate = new();
    private CancellationTokenSource? _ended;

    public MachineWatch(Machine machine, CancellationTokenSource ended)
    {
        _ended = ended;
        machine.Gone.ContinueWith(_ => Cancel(), TaskScheduler.Default);
    }

    public void Dispose()
    {
        lock (_gate) _ended = null;
    }

    // Under the lock the source still lives: it is disposed after this.
    private void Cancel()
    {
        lock (_gate) _ended?.Cancel();
    }
}
