using System.Runtime.InteropServices;

namespace Nonpaged.Cli;

/// <summary>
/// Turns the first Ctrl+C, SIGTERM or SIGHUP into a cancellation, so that what was started is ended in order. A second one ends
/// the program at once, by the signal's default action.
/// </summary>
internal sealed class Interruption : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _signal;

    public Interruption()
    {
        _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP }.Select(signal =>
            PosixSignalRegistration.Create(signal, Handle))];
    }

    public CancellationToken Token => _source.Token;

    public bool Happened => Volatile.Read(ref _signal) != 0;

    /// <summary>The signal's name; only after it happened.</summary>
    public string Name => ((PosixSignal)Volatile.Read(ref _signal)).ToString();

    /// <summary>The signal's number; only after it happened.</summary>
    public int Number => ExitCode - 128;

    /// <summary>128 and the signal's number, as shells count.</summary>
    public int ExitCode => (PosixSignal)Volatile.Read(ref _signal) switch
    {
        PosixSignal.SIGTERM => Cli.ExitCode.Terminated,
        PosixSignal.SIGHUP => Cli.ExitCode.HungUp,
        _ => Cli.ExitCode.Interrupted,
    };

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations) registration.Dispose();
        _source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (Interlocked.CompareExchange(ref _signal, (int)context.Signal, 0) != 0) return;
        context.Cancel = true;
        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It comes amid the end, which has nothing to cancel any more.
        }
    }
}
