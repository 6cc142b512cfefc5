using System.Text;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;
using Nonpaged.Machines.Processes;

namespace Nonpaged.Machines.Sysfs;

/// <summary>
/// A small process that turns bus mastering off when this one has ended, however that was, and others that keep the pins of its
/// memory until then: a device that goes on writing must not find that its memory is another process's.
/// </summary>
internal sealed class BusGuardian : IDisposable
{
    private const string Shell = "/bin/sh";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly Child _child;
    private readonly SafeFileHandle _quiet;
    private int _isDisposed;

    private BusGuardian(Child child, SafeFileHandle quiet, SafeFileHandle status)
    {
        _child = child;
        _quiet = quiet;
        Status = status;
    }

    /// <summary>Becomes readable when the guardian has ended.</summary>
    public SafeFileHandle Status { get; }

    /// <summary>Starts one, and waits until nothing but its own death keeps it from its task.</summary>
    public static BusGuardian Start(IReadOnlyList<SysfsDevice> devices)
    {
        using var theirs = new HandleScope();
        using var ours = new HandleScope();
        SystemCalls.Check(LibC.Pipe2(out SafeFileHandle quiet, out SafeFileHandle quietEnd), "pipe2");
        (quiet, quietEnd) = (ours.Add(quiet), theirs.Add(quietEnd));
        SystemCalls.Check(LibC.Pipe2(out SafeFileHandle status, out SafeFileHandle statusEnd), "pipe2");
        (status, statusEnd) = (ours.Add(status), theirs.Add(statusEnd));
        SafeFileHandle nothing = theirs.Add(OpenNothing());
        List<SafeFileHandle> given = [nothing, nothing, nothing, Child.LifelineEnd, quietEnd, statusEnd];
        var script = new StringBuilder(Beginning);
        foreach (SysfsDevice device in devices)
        {
            // One write of two bytes to the command register, by a built-in of the shell. Its answer comes after what the device
            // had written (PCI Local Bus 3.0, 3.2.5).
            string command = $"\\{Octal(device.CommandAfterwards & 0xff)}\\{Octal(device.CommandAfterwards >> 8)}";
            script.Append($"printf '{command}' >&{given.Count}\n");
            given.Add(theirs.Add(device.OpenCommand()));
            if (device.OpenEnable() is not { } enable) continue;
            script.Append($"echo 0 >&{given.Count}\n");
            given.Add(theirs.Add(enable));
        }

        var guardian = new BusGuardian(Spawn(script.ToString(), given), quiet, status);
        ours.Keep();
        guardian.WaitUntilReady();
        return guardian;
    }

    /// <summary>
    /// Lets a process of its own keep a ring with registered buffers, and so the memory that it pins, until the devices are quiet
    /// or the result is disposed.
    /// </summary>
    public IDisposable? HoldPins(SafeFileHandle ring, out AllocationFailure? failure)
    {
        try
        {
            using SafeFileHandle nothing = OpenNothing();
            failure = null;
            return Spawn($"{Protection}read -r end <&3\n", [nothing, nothing, nothing, _quiet, ring]);
        }
        catch (MachineException exception)
        {
            failure = new AllocationFailure(
                FailureKind.Other, exception.Reason,
                "a process that keeps memory from being given away while a device may write to it", exception.Remedy);
            return null;
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        _child.End(s_patience);
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

    private static SafeFileHandle OpenNothing() =>
        File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);

    private static Child Spawn(string script, IReadOnlyList<SafeFileHandle> given) =>
        Child.Start(new ChildProgram(Shell, ["-c", script, "nonpaged-bus-guardian"], ["LC_ALL=C"]), given, SystemCalls.Check);

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
                throw new MachineException(
                    $"The guardian of bus mastering, {Shell}, ended at once.", $"look why: {Shell} -c 'echo works'");
            }

            length += (int)read.Value;
        }
    }
}
