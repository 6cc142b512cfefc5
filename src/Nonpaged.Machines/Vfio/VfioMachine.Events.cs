using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Vfio;

public sealed partial class VfioMachine
{
    private const int ListenerStack = 256 * 1024;

    // The kernel logs a fault from an interrupt of the IOMMU's, some milliseconds after the access.
    private static readonly TimeSpan s_faultsFollow = TimeSpan.FromMilliseconds(20);

    private readonly TaskCompletionSource<string> _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _disposing = new();
    private SafeFileHandle? _stop;
    private IommuFaultLog? _faults;
    private Thread? _listener;
    private bool _isDisposed;

    /// <summary>
    /// Takes the cards' way to memory, resets them and closes them, and with them their group. Callable more than once and from several threads: it returns when that is
    /// done.
    /// </summary>
    /// <exception cref="InvalidOperationException">Called by a handler of <see cref="InterruptLine.Raised"/> or <see cref="Faulted"/>.</exception>
    public override void Dispose()
    {
        if (Thread.CurrentThread == _listener)
            throw new InvalidOperationException("A handler of an interrupt line runs on the machine's thread and must not dispose it.");
        lock (_disposing)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            _cards.ForEach(card => card.StopBusMaster());
            if (_faults is not null) Thread.Sleep(s_faultsFollow);
            Signal(_stop!);
            _listener!.Join();
            _cards.ForEach(card => card.Dispose());
            _container.Dispose();
            _stop!.Dispose();
            _faults?.Dispose();
            _gone.TrySetResult("Disposed.");
        }
    }

    private void StartListening()
    {
        SysResult made = LibC.EventFd(out SafeFileHandle stop);
        _stop = stop;
        if (made.IsError) throw new MachineException($"There is no event for the machine's thread (eventfd: {made.Errno}).", "ulimit -n 65536");
        _faults = IommuFaultLog.TryOpen([.. _cards.Select(card => card.Address)]);
        _listener = new Thread(Listen, ListenerStack) { IsBackground = true, Name = "vfio events" };
        _listener.Start();
    }

    private void Listen()
    {
        (SafeFileHandle Handle, Func<bool> Serve)[] sources = [.. Sources()];
        var asked = new LibC.PollDescriptor[sources.Length];
        for (int i = 0; i < sources.Length; i++)
            asked[i] = new LibC.PollDescriptor { Descriptor = (int)sources[i].Handle.DangerousGetHandle(), Events = LibC.POLLIN };
        for (bool goesOn = true; goesOn;)
        {
            SysResult ready = LibC.Poll(asked, -1);
            if (ready.IsError && ready.Errno != Errno.EINTR)
            {
                _gone.TrySetResult($"Its events cannot be waited for (poll: {ready.Errno}).");
                return;
            }

            for (int i = 0; i < sources.Length && ready.Value > 0; i++)
            {
                if (asked[i].Returned != 0) goesOn &= sources[i].Serve();
            }
        }
    }

    /// <summary>What is listened to; each tells whether to go on.</summary>
    private IEnumerable<(SafeFileHandle Handle, Func<bool> Serve)> Sources()
    {
        foreach (VfioCard card in _cards)
        {
            if (card.Interrupt is { } line)
            {
                yield return (line.Signalled, () =>
                {
                    line.Take();
                    return true;
                });
            }

            if (card.Requested is { } requested) yield return (requested, () => OnRequested(card, requested));
        }

        if (_faults is not null) yield return (_faults.File, TellFaults);
        // Last, so that what came before the end is told.
        yield return (_stop!, () => false);
    }

    private bool OnRequested(VfioCard card, SafeFileHandle requested)
    {
        LibC.Read(requested, stackalloc byte[sizeof(ulong)]);
        _gone.TrySetResult($"The kernel asks for {card.Address}: it is being removed, or given to another driver.");
        return true;
    }

    private bool TellFaults()
    {
        foreach (string fault in _faults!.Take()) Faulted?.Invoke(fault);
        return true;
    }

    private static void Signal(SafeFileHandle signalled) => LibC.Write(signalled, BitConverter.GetBytes(1UL));
}
