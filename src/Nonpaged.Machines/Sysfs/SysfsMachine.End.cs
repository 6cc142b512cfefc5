using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Sysfs;

public sealed unsafe partial class SysfsMachine
{
    // Without a driver in the kernel nobody is told of an interrupt, and the status register is read this often, in milliseconds.
    private const int PollInterval = 1;

    private readonly TaskCompletionSource<string> _gone = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _disposing = new();
    private readonly Thread _watch;
    private SafeFileHandle _stop = new(-1, ownsHandle: true);
    private bool _isDisposed;

    /// <summary>Turns bus mastering off, gives the cards back as they were, and waits until that is done. Callable more than once and from several threads.</summary>
    /// <exception cref="InvalidOperationException">Called by a handler of <see cref="InterruptLine.Raised"/>.</exception>
    public override void Dispose()
    {
        if (Thread.CurrentThread == _watch)
            throw new InvalidOperationException("A handler of an interrupt line runs on the machine's thread and must not dispose it.");
        lock (_disposing)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            End("Disposed.");
            ulong one = 1;
            LibC.Write(_stop, new ReadOnlySpan<byte>(&one, sizeof(ulong)));
            _watch.Join();
            _guardian.Dispose();
            foreach (SysfsDevice device in _devices) device.Dispose();
            _stop.Dispose();
        }
    }

    /// <summary>The cards are quiet and answer no more; then it is told.</summary>
    private void End(string why)
    {
        foreach (SysfsDevice device in _devices) device.Detach();
        _gone.TrySetResult(why);
    }

    /// <summary>Waits for interrupts, the guardian's end and our own.</summary>
    private void Watch()
    {
        SysfsDevice[] signalled = [.. _devices.Where(device => device.InterruptFile is not null)];
        var waited = new LibC.PollDescriptor[2 + signalled.Length];
        bool isPolled = signalled.Length < _devices.Length;
        while (true)
        {
            SafeFileHandle[] files = [_stop, _guardian.Status, .. signalled.Select(device => device.InterruptFile!)];
            for (int i = 0; i < files.Length; i++)
                waited[i] = new LibC.PollDescriptor { Descriptor = (int)files[i].DangerousGetHandle(), Events = LibC.POLLIN };
            LibC.Poll(waited, isPolled ? PollInterval : -1);
            if (waited[0].Returned != 0) return;
            if (waited[1].Returned != 0)
            {
                End("The guardian of its bus mastering ended: without it a device could write to memory that is somebody else's.");
                return;
            }

            for (int i = 0; i < signalled.Length; i++)
            {
                if (waited[2 + i].Returned != 0) signalled[i].TakeInterrupt();
            }

            foreach (SysfsDevice device in _devices)
            {
                if (!device.IsMissing()) continue;
                End($"{device.Address} does not answer any more: it was pulled out, or has failed.");
                return;
            }

            foreach (SysfsInterruptLine line in _lines.Values) line.Look();
        }
    }
}
