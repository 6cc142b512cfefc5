using System.Collections;
using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;
using Nonpaged.Machines.Processes;

namespace Nonpaged.Machines.Qemu;

/// <summary>A running QEMU and its guardian: their start, their end, and what QEMU said on standard error.</summary>
internal sealed class QemuProcess : IDisposable
{
    private const string Shell = "/bin/sh";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    // To kill a process and see it end takes a shell no time, unless it gets none: only the shell can say how QEMU ended.
    private static readonly TimeSpan s_guardianPatience = TimeSpan.FromSeconds(20);

    private readonly Child _guardian;
    private readonly SafeFileHandle _status;
    private readonly StandardErrorTail _errors;
    private readonly Lock _ending = new();
    private string? _howItEnded;

    private QemuProcess(Child guardian, SafeFileHandle qtest, SafeFileHandle errors, SafeFileHandle status)
    {
        _guardian = guardian;
        Qtest = qtest;
        _status = status;
        _errors = new StandardErrorTail(errors);
    }

    /// <summary>The guardian's process id.</summary>
    public int GuardianId => _guardian.Id;

    /// <summary>Our end of the qtest connection.</summary>
    public SafeFileHandle Qtest { get; }

    /// <summary>The last of what QEMU said on standard error.</summary>
    public string StandardError => _errors.Text;

    // QEMU does not notice when we die: it would stay behind. So a shell stands between: it starts QEMU, then reads its lifeline,
    // and kills QEMU at its end.
    // A shell is single-threaded, so for it PR_SET_PDEATHSIG works: where setpriv(1) can set it, QEMU ends with the shell, too.
    // The shell keeps no copy of the connection, the memory or standard error, so that their end is QEMU's end.
    // When QEMU ends by itself we cut the lifeline at once, so the kill comes before its process id could be another process's:
    // dash keeps the zombie until the last wait, and bash, which reaps earlier, is milliseconds late and not a whole round of
    // ids. We may be gone already when the shell says QEMU's process id: then the broken pipe must not end the shell before QEMU.
    private static string GuardianScript => $$"""
        if setpriv --pdeathsig KILL true; then set -- setpriv --pdeathsig KILL "$@"; fi 2>/dev/null
        "$@" {{GuardianDescriptor.Lifeline}}<&- {{GuardianDescriptor.Status}}>&- &
        trap '' PIPE
        echo "$!" >&{{GuardianDescriptor.Status}}
        exec >&0 2>&0 {{GuardianDescriptor.Status}}>&-
        exec {{GuardianDescriptor.Ram}}<&- {{GuardianDescriptor.Halt}}<&- {{GuardianDescriptor.Qtest}}<&-
        exec {{GuardianDescriptor.Wire}}<&-
        while read -r signal <&{{GuardianDescriptor.Lifeline}}; do kill -s "$signal" "$!"; done
        kill -s KILL "$!"
        wait "$!"
        """;

    /// <summary>
    /// Starts QEMU. It gets the files by descriptor, so that nothing has a name that somebody would have to remove.
    /// </summary>
    /// <param name="program">QEMU's file.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="ram">The machine's RAM.</param>
    /// <param name="halt">The firmware image.</param>
    /// <param name="wire">QEMU's end of the cable; null for none.</param>
    public static QemuProcess Start(
        string program, IReadOnlyList<string> arguments, SafeFileHandle ram, SafeFileHandle halt, SafeFileHandle? wire)
    {
        using var theirs = new HandleScope();
        using var ours = new HandleScope();
        SafeFileHandle nothing = theirs.Add(
            File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite));
        SystemCalls.Check(LibC.SocketPair(out SafeFileHandle qtest, out SafeFileHandle qtestEnd), "socketpair");
        ours.Add(qtest);
        theirs.Add(qtestEnd);
        (SafeFileHandle errors, SafeFileHandle errorWriter) = OpenPipe();
        (SafeFileHandle status, SafeFileHandle statusWriter) = OpenPipe();

        // In the order of their numbers in the child: see GuardianDescriptor.
        SafeFileHandle[] given =
            [nothing, errorWriter, errorWriter, Child.LifelineEnd, ram, halt, qtestEnd, statusWriter, wire ?? nothing];
        var guardian = new ChildProgram(Shell, ["-c", GuardianScript, "nonpaged-guardian", program, .. arguments], Environment());
        var process = new QemuProcess(Child.Start(guardian, given, SystemCalls.Check), qtest, errors, status);
        ours.Keep();
        return process;

        (SafeFileHandle Reader, SafeFileHandle Writer) OpenPipe()
        {
            SystemCalls.Check(LibC.Pipe2(out SafeFileHandle reader, out SafeFileHandle writer), "pipe2");
            return (ours.Add(reader), theirs.Add(writer));
        }
    }

    /// <summary>QEMU's process id, as its guardian says it; null where the guardian ended before.</summary>
    public int? ReadQemuId()
    {
        Span<byte> text = stackalloc byte[32];
        int length = 0;
        while (length < text.Length)
        {
            SysResult read = LibC.Read(_status, text[length..]);
            if (read.Errno == Errno.EINTR) continue;
            SystemCalls.Check(read, "read");
            if (read.Value == 0) break;
            length += (int)read.Value;
        }

        return int.TryParse(text[..length].TrimEnd("\n"u8), NumberStyles.None, CultureInfo.InvariantCulture, out int id)
            ? id
            : null;
    }

    /// <summary>Asks QEMU to end in order. Its end shows as the end of the qtest connection.</summary>
    public void RequestEnd() => _guardian.Tell("TERM\n"u8);

    /// <summary>Lets the guardian kill QEMU. No effect where it has ended.</summary>
    public void Kill() => _guardian.CutLifeline();

    /// <summary>
    /// Waits for the end of both processes once the connection has ended, kills what has not ended by itself, and reaps the
    /// guardian. Says how QEMU ended.
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
        _guardian.Dispose();
    }

    private ChildEnd ReapOnce()
    {
        // Standard error ends when QEMU has ended, for no other process holds it.
        _errors.WaitForEnd(s_patience);
        ChildEnd end = _guardian.End(s_guardianPatience);
        _errors.WaitForEnd(s_patience);
        return end;
    }

    private string Describe(ChildEnd end)
    {
        string said = StandardError is { Length: > 0 } text ? $" It said: {text}" : "";
        if (end.IsUnknown) return $"QEMU ended.{said}";
        if (end.Signal != 0) return $"QEMU's guardian was ended by signal {end.Signal}.{said}";

        // The shell gives a signal of its child as 128 and the number.
        return end.ExitCode > 128
            ? $"QEMU was ended by signal {end.ExitCode - 128}.{said}"
            : $"QEMU ended with exit code {end.ExitCode}.{said}";
    }

    private static List<string> Environment()
    {
        var environment = new List<string>();
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            // Messages are read, and passed on, in one language.
            if (variable.Key is not ("LC_ALL" or "LANGUAGE" or "LD_PRELOAD")) environment.Add($"{variable.Key}={variable.Value}");
        }

        environment.Add("LC_ALL=C");
        return environment;
    }
}
