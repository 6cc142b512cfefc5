using System.Diagnostics;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;
using Nonpaged.Machines.Qemu;

namespace Nonpaged.Machines.Sysfs;

/// <summary>
/// A small process that turns bus mastering off when this one has ended, however that was, and others that keep the pins of its memory until then: a device that goes on
/// writing must not find that its memory is somebody else's.
/// </summary>
internal sealed class BusGuardian : IDisposable
{
    private const string Shell = "/bin/sh";
    private const int FirstDevice = 6;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly int _id;
    private readonly SafeFileHandle _lifeline;
    private readonly SafeFileHandle _quiet;
    private int _isDisposed;

    private BusGuardian(int id, SafeFileHandle lifeline, SafeFileHandle quiet, SafeFileHandle status)
    {
        _id = id;
        _lifeline = lifeline;
        _quiet = quiet;
        Status = status;
    }

    /// <summary>Becomes readable when the guardian has ended.</summary>
    public SafeFileHandle Status { get; }

    /// <summary>Starts one, and waits until nothing but its own death keeps it from its task.</summary>
    public static BusGuardian Start(IReadOnlyList<SysfsDevice> devices)
    {
        var open = new List<SafeFileHandle>();
        try
        {
            QemuProcess.Check(LibC.Pipe2(out SafeFileHandle lifelineEnd, out SafeFileHandle lifeline), "pipe2");
            QemuProcess.Check(LibC.Pipe2(out SafeFileHandle quiet, out SafeFileHandle quietEnd), "pipe2");
            QemuProcess.Check(LibC.Pipe2(out SafeFileHandle status, out SafeFileHandle statusEnd), "pipe2");
            SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            open.AddRange([nothing, nothing, nothing, lifelineEnd, quietEnd, statusEnd]);
            var script = new StringBuilder(Beginning);
            foreach (SysfsDevice device in devices)
            {
                // One write of two bytes to the command register, by a built-in of the shell. Its answer comes after what the device had written (PCI Local Bus 3.0, 3.2.5).
                script.Append($"printf '\\{Octal(device.CommandAfterwards & 0xff)}\\{Octal(device.CommandAfterwards >> 8)}' >&{open.Count}\n");
                open.Add(device.OpenCommand());
                if (device.OpenEnable() is not { } enable) continue;
                script.Append($"echo 0 >&{open.Count}\n");
                open.Add(enable);
            }

            int id = Spawn(script.ToString(), open);
            foreach (SafeFileHandle handle in open.Distinct()) handle.Dispose();
            open.Clear();
            var guardian = new BusGuardian(id, lifeline, quiet, status);
            guardian.WaitUntilReady();
            return guardian;
        }
        catch
        {
            foreach (SafeFileHandle handle in open.Distinct()) handle.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Lets a process of its own keep a ring with registered buffers, and so the memory that it pins, until the devices are quiet or the result is disposed.
    /// </summary>
    public IDisposable? HoldPins(SafeFileHandle ring, out AllocationFailure? failure)
    {
        try
        {
            using SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
            failure = null;
            return new PinHolder(Spawn($"{Protection}read -r end <&3\n", [nothing, nothing, nothing, _quiet, ring]));
        }
        catch (MachineException exception)
        {
            failure = new AllocationFailure(FailureKind.Other, exception.Reason, "a process that keeps memory from being given away while a device may write to it", exception.Remedy);
            return null;
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        _lifeline.Dispose();
        if (!WaitForEnd(_id, s_patience))
        {
            LibC.Kill(_id, LibC.SIGKILL);
            WaitForEnd(_id, Timeout.InfiniteTimeSpan);
        }

        _quiet.Dispose();
        Status.Dispose();
    }

    // Nothing that ends a program in order is for it, nor does the kernel end it to gain memory (proc(5), oom_score_adj).
    private const string Protection = """
        trap '' HUP INT QUIT TERM PIPE
        echo -1000 2>/dev/null >/proc/self/oom_score_adj

        """;

    private const string Beginning = Protection + """
        echo ready >&5
        read -r end <&3

        """;

    private static string Octal(int value) => Convert.ToString(value, 8).PadLeft(3, '0');

    private static int Spawn(string script, List<SafeFileHandle> given)
    {
        var copies = new List<SafeFileHandle>();
        try
        {
            foreach (SafeFileHandle handle in given)
            {
                QemuProcess.Check(LibC.DuplicateAbove(handle, given.Count, out SafeFileHandle copy), "fcntl(F_DUPFD_CLOEXEC)");
                copies.Add(copy);
            }

            SysResult spawned = LibC.Spawn(Shell, [Shell, "-c", script, "nonpaged-bus-guardian"], ["LC_ALL=C"], [.. copies.Select(copy => (int)copy.DangerousGetHandle())]);
            QemuProcess.Check(spawned, $"posix_spawn of {Shell}");
            return (int)spawned.Value;
        }
        finally
        {
            foreach (SafeFileHandle copy in copies) copy.Dispose();
        }
    }

    private static bool WaitForEnd(int id, TimeSpan limit)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            SysResult waited = LibC.WaitPid(id, out _, limit == Timeout.InfiniteTimeSpan ? 0 : LibC.WNOHANG);
            // ECHILD: SIGCHLD is ignored in this process, and the kernel has reaped it (waitpid(2)).
            if (waited.Value > 0 || (waited.IsError && waited.Errno != Errno.EINTR)) return true;
            if (limit != Timeout.InfiniteTimeSpan && clock.Elapsed > limit) return false;
            Thread.Sleep(1);
        }
    }

    private void WaitUntilReady()
    {
        Span<byte> word = stackalloc byte[6];
        int length = 0;
        while (length < word.Length)
        {
            SysResult read = LibC.Read(Status, word[length..]);
            if (read.Errno == Errno.EINTR) continue;
            if (read.IsError || read.Value == 0)
            {
                Dispose();
                throw new MachineException($"The guardian of bus mastering, {Shell}, ended at once.", $"look why: {Shell} -c 'echo works'");
            }

            length += (int)read.Value;
        }
    }

    /// <summary>A process that holds a ring.</summary>
    private sealed class PinHolder(int id) : IDisposable
    {
        public void Dispose()
        {
            LibC.Kill(id, LibC.SIGKILL);
            WaitForEnd(id, Timeout.InfiniteTimeSpan);
        }
    }
}
