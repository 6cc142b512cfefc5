using System.Diagnostics;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Qemu;

internal sealed partial class QemuProcess
{
    private const int NoStatus = -1;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    // To kill a process and see it end takes a shell no time, unless it gets none: what it says of QEMU's end is not to be had without it.
    private static readonly TimeSpan s_guardianPatience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(1);

    private readonly Lock _ending = new();
    private readonly Lock _lifelineUse = new();
    private string? _howItEnded;

    /// <summary>Asks QEMU to end in order. Its end shows as the end of the qtest connection.</summary>
    public void RequestEnd()
    {
        // Where the guardian is gone this is EPIPE, and Kill does the rest.
        lock (_lifelineUse)
        {
            if (!_lifeline.IsClosed) _ = LibC.Write(_lifeline, "TERM\n"u8);
        }
    }

    /// <summary>Lets the guardian kill QEMU. No effect where it has ended.</summary>
    public void Kill()
    {
        lock (_lifelineUse) _lifeline.Dispose();
    }

    /// <summary>
    /// Sees both processes off once the connection has ended, killing what has not ended by itself, and reaps the guardian.
    /// Says how QEMU ended.
    /// </summary>
    public string Reap()
    {
        lock (_ending)
        {
            return _howItEnded ??= Describe(ReapOnce());
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Kill();
        Reap();
        Qtest.Dispose();
        _status.Dispose();
        _errors.Dispose();
    }

    private int? ReapOnce()
    {
        // Standard error ends when QEMU has ended, for nobody else holds it.
        _errors.WaitForEnd(s_patience);
        Kill();
        var status = WaitForGuardian(s_guardianPatience);
        if (status is null)
        {
            _ = LibC.Kill(GuardianId, LibC.SIGKILL);
            status = WaitForGuardian(Timeout.InfiniteTimeSpan);
        }

        _errors.WaitForEnd(s_patience);
        return status is NoStatus ? null : status;
    }

    private int? WaitForGuardian(TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var waited = LibC.WaitPid(GuardianId, out var status, limit == Timeout.InfiniteTimeSpan ? 0 : LibC.WNOHANG);
            if (waited.Value > 0) return status;

            // ECHILD: SIGCHLD is ignored in this process, and the kernel has reaped it (waitpid(2)).
            if (waited.IsError && waited.Errno != Errno.EINTR) return NoStatus;
            if (limit != Timeout.InfiniteTimeSpan && clock.Elapsed > limit) return null;
            Thread.Sleep(s_pollInterval);
        }
    }

    private string Describe(int? status)
    {
        var said = StandardError is { Length: > 0 } text ? $" It said: {text}" : "";
        if (status is not { } known) return $"QEMU ended.{said}";

        // wait(2): the low seven bits are the signal; the shell tells of a signal of its child as 128 and the number.
        var signal = known & 0x7f;
        var code = (known >> 8) & 0xff;
        if (signal != 0) return $"QEMU's guardian was ended by signal {signal}.{said}";
        return code > 128 ? $"QEMU was ended by signal {code - 128}.{said}" : $"QEMU ended with exit code {code}.{said}";
    }
}
