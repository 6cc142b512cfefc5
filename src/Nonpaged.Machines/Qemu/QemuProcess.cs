using System.Collections;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Qemu;

/// <summary>A running QEMU and its guardian: their start, their end, and what QEMU said on standard error.</summary>
internal sealed partial class QemuProcess : IDisposable
{
    private const string Shell = "/bin/sh";

    private readonly SafeFileHandle _lifeline;
    private readonly SafeFileHandle _status;
    private readonly StandardErrorTail _errors;

    private QemuProcess(int guardian, SafeFileHandle qtest, SafeFileHandle lifeline, SafeFileHandle errors, SafeFileHandle status)
    {
        GuardianId = guardian;
        Qtest = qtest;
        _lifeline = lifeline;
        _status = status;
        _errors = new StandardErrorTail(errors);
    }

    /// <summary>The guardian's process id.</summary>
    public int GuardianId { get; }

    /// <summary>Our end of the qtest connection.</summary>
    public SafeFileHandle Qtest { get; }

    /// <summary>The last of what QEMU said on standard error.</summary>
    public string StandardError => _errors.Text;

    /// <summary>
    /// Starts QEMU. It gets the files by descriptor, so that nothing has a name that somebody would have to remove.
    /// </summary>
    public static QemuProcess Start(string program, IReadOnlyList<string> arguments, SafeFileHandle ram, SafeFileHandle halt)
    {
        // Whatever of these is still in the list at the end has not found an owner.
        var unowned = new Stack<SafeFileHandle>();
        try
        {
            var nothing = Own(File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite));
            Check(LibC.SocketPair(out var ours, out var qtest), "socketpair");
            (ours, qtest) = (Own(ours), Own(qtest));
            Check(LibC.Pipe2(out var lifelineReader, out var lifeline), "pipe2");
            (lifelineReader, lifeline) = (Own(lifelineReader), Own(lifeline));
            Check(LibC.Pipe2(out var errors, out var errorWriter), "pipe2");
            (errors, errorWriter) = (Own(errors), Own(errorWriter));
            Check(LibC.Pipe2(out var status, out var statusWriter), "pipe2");
            (status, statusWriter) = (Own(status), Own(statusWriter));

            // In the order of their numbers in the child: see GuardianDescriptor.
            SafeFileHandle[] given = [nothing, errorWriter, errorWriter, lifelineReader, ram, halt, qtest, statusWriter];
            var numbers = new int[GuardianDescriptor.Count];
            for (var i = 0; i < numbers.Length; i++)
            {
                Check(LibC.DuplicateAbove(given[i], GuardianDescriptor.Count, out var copy), "fcntl(F_DUPFD_CLOEXEC)");
                numbers[i] = (int)Own(copy).DangerousGetHandle();
            }

            string[] shellArguments = [Shell, "-c", GuardianScript, "nonpaged-guardian", program, .. arguments];
            var guardian = LibC.Spawn(Shell, shellArguments, Environment(), numbers);
            Check(guardian, $"posix_spawn of {Shell}");
            var process = new QemuProcess((int)guardian.Value, ours, lifeline, errors, status);
            CloseAllBut([ours, lifeline, errors, status]);
            return process;
        }
        catch
        {
            CloseAllBut([]);
            throw;
        }

        SafeFileHandle Own(SafeFileHandle handle)
        {
            unowned.Push(handle);
            return handle;
        }

        void CloseAllBut(ReadOnlySpan<SafeFileHandle> kept)
        {
            while (unowned.TryPop(out var handle))
            {
                if (!kept.Contains(handle)) handle.Dispose();
            }
        }
    }

    /// <summary>QEMU's process id, as its guardian says it; null where the guardian ended before.</summary>
    public int? ReadQemuId()
    {
        Span<byte> text = stackalloc byte[32];
        var length = 0;
        while (length < text.Length)
        {
            var read = LibC.Read(_status, text[length..]);
            if (read.Errno == Errno.EINTR) continue;
            Check(read, "read");
            if (read.Value == 0) break;
            length += (int)read.Value;
        }

        return int.TryParse(text[..length].TrimEnd("\n"u8), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
    }

    /// <exception cref="MachineException">The call failed.</exception>
    public static void Check(SysResult result, string call)
    {
        if (!result.IsError) return;
        throw new MachineException(
            $"{call} failed: {Marshal.GetPInvokeErrorMessage((int)result.Errno)} ({result.Errno}).",
            "See the limits of this process: ulimit -a; cat /proc/self/limits.");
    }

    private static List<string> Environment()
    {
        var environment = new List<string>();
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            // Messages are read, and passed on, in one language.
            if (variable.Key is not ("LC_ALL" or "LANGUAGE")) environment.Add($"{variable.Key}={variable.Value}");
        }

        environment.Add("LC_ALL=C");
        return environment;
    }
}
