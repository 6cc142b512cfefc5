using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;
using Nonpaged.Machines.Processes;
using Nonpaged.Ndis.Native;
using Nonpaged.Verify;

namespace Nonpaged.Cli;

/// <summary>Does one run in a process of its own, and waits for its end, however that comes.</summary>
internal sealed class VerifyChild(VerifyRequest request, VerifyProgram program)
{
    // A process that writes no line for so long hangs: the exercises' own patience ends before.
    private static readonly TimeSpan s_hang = TimeSpan.FromSeconds(15);

    // What is read of what a process said on standard error.
    private const int MostSaid = 1 << 20;

    /// <summary>Does it. Cancelled, the process is ended and the result tells what came until then.</summary>
    /// <exception cref="CommandException">The process cannot be started.</exception>
    public async Task<VerifyRunResult> RunAsync(VerifyRun run, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        using SafeFileHandle record = MakeFile("nonpaged-call-record", CallRecords.FileSize);
        using SafeFileHandle events = MakeFile("nonpaged-verify-events", 0);
        using SafeFileHandle said = MakeFile("nonpaged-verify-error", 0);
        using Child child = Start(run, record, events, said);
        using CancellationTokenRegistration end = cancellationToken.Register(() => child.Signal(LibC.SIGKILL));
        (ChildEnd ended, bool hung) = await Task.Run(() => Wait(child, record, events), CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        var result = new VerifyRunResult(run, Read(events), clock.Elapsed);
        if (program.Sanitizer is not null) result = result with { Said = Said(said) };
        if (result.Outcome is not null || result.Failure is not null) return result with { Hung = hung };
        DriverFault fault = UseRecord(record, file => CrashReader.ReadFault(file, ended.Signal, program.Drivers));
        return result with { Fault = fault, Hung = hung, ExitCode = ended.ExitCode, Said = Said(said) };
    }

    private static (ChildEnd End, bool Hung) Wait(Child child, SafeFileHandle record, SafeFileHandle events)
    {
        long length = 0;
        var quiet = Stopwatch.StartNew();
        while (true)
        {
            if (child.Wait(TimeSpan.FromMilliseconds(50)) is { } end) return (end, false);
            long now = RandomAccess.GetLength(events);
            if (now != length) quiet.Restart();
            length = now;
            if (quiet.Elapsed < s_hang) continue;
            // The thread that is in the driver's function says where it is.
            int thread = UseRecord(record, file => CrashReader.ReadFault(file, 0, []).Thread);
            if (thread != 0) _ = LibC.TgKill(child.Id, thread, SIGABRT);
            return (child.Wait(TimeSpan.FromSeconds(2)) ?? child.End(TimeSpan.Zero), true);
        }
    }

    private const int SIGABRT = 6;

    private Child Start(VerifyRun run, SafeFileHandle record, SafeFileHandle events, SafeFileHandle said)
    {
        using SafeFileHandle nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        // In the order of their numbers: see DriverHost, and VerifyRunCommand.
        SafeFileHandle[] given = [nothing, nothing, said, record, Child.LifelineEnd, events];
        string[] arguments =
            [.. program.Arguments, VerifyRunCommand.Name, .. request.SubjectWords, "--plan", VerifyEventJson.Write(run)];
        IEnumerable<string> surroundings = DriverHost.Surroundings();
        if (program.Sanitizer is { } sanitizer) surroundings = sanitizer.Surroundings(surroundings);
        return Child.Start(new ChildProgram(program.Path, arguments, [.. surroundings]), given, DriverHost.Check);
    }

    private static SafeFileHandle MakeFile(string name, int length)
    {
        DriverHost.Check(LibC.MemFdCreate(name, LibC.MFD_CLOEXEC, out SafeFileHandle file), "memfd_create");
        if (length > 0) DriverHost.Check(LibC.FTruncate(file, length), "ftruncate");
        return file;
    }

    private static T UseRecord<T>(SafeFileHandle record, Func<MemoryMappedFile, T> use)
    {
        using var file = MemoryMappedFile.CreateFromFile(
            record, null, CallRecords.FileSize, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
        return use(file);
    }

    private static List<VerifyEvent> Read(SafeFileHandle events)
    {
        byte[] bytes = new byte[RandomAccess.GetLength(events)];
        int read = 0;
        while (read < bytes.Length && RandomAccess.Read(events, bytes.AsSpan(read), read) is > 0 and var more) read += more;
        List<VerifyEvent> all = [];
        int start = 0;
        for (int at = 0; at < read; at++)
        {
            if (bytes[at] != (byte)'\n') continue;
            if (VerifyEventJson.Read(bytes.AsSpan(start, at - start)) is { } one) all.Add(one);
            start = at + 1;
        }

        return all;
    }

    private static string Said(SafeFileHandle said)
    {
        byte[] bytes = new byte[Math.Min(RandomAccess.GetLength(said), MostSaid)];
        int read = RandomAccess.Read(said, bytes, 0);
        return Encoding.UTF8.GetString(bytes, 0, read);
    }
}
