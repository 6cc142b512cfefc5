using System.Collections;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;
using Nonpaged.Machines.Processes;
using Nonpaged.Ndis.Native;

namespace Nonpaged.Cli;

/// <summary>
/// Where C drivers run: in a process of their own, which this one watches, since a driver's crash takes its process
/// with it. That is the program nonpaged-host, compiled ahead of time, which has the same commands and the functions
/// of NDIS that a driver imports.
/// </summary>
internal sealed class DriverHost(string[] arguments, IDriverLoader? loader)
{
    /// <summary>The environment variable with the path of the program.</summary>
    public const string PathVariable = "NONPAGED_HOST";

    /// <summary>
    /// The environment variable with the number of the descriptor whose end is the end of the process that watches.
    /// </summary>
    public const string LifelineVariable = "NONPAGED_LIFELINE";

    // In the order of the descriptors that a process of a driver is given; VerifyRunCommand has one behind them.
    private const int RecordDescriptor = 3;
    private const int LifelineDescriptor = 4;

    /// <summary>This process can load C drivers.</summary>
    public bool IsThisProcess => loader is not null;

    /// <summary>Where <see cref="IsThisProcess"/> is true: what loads them.</summary>
    public IDriverLoader Loader => loader ?? throw new InvalidOperationException("Another program loads drivers.");

    /// <summary>Runs the same command in the other program, and waits for its end.</summary>
    /// <exception cref="CommandException">The program is missing or cannot be started.</exception>
    public async Task<DriverHostResult> RunAsync(RunRequest request, Interruption interruption)
    {
        string program = FindProgram(request);
        Check(LibC.MemFdCreate("nonpaged-call-record", LibC.MFD_CLOEXEC, out SafeFileHandle record), "memfd_create");
        using (record)
        {
            Check(LibC.FTruncate(record, CallRecords.FileSize), "ftruncate");
            using Child child = Start(program, record);
            ChildEnd end = await WaitAsync(child, interruption);
            if (end.Signal == 0) return new DriverHostResult(end.ExitCode, null);
            if (interruption.Happened && end.Signal is LibC.SIGTERM or 2 or 1)
                return new DriverHostResult(interruption.ExitCode, null);
            using var file = MemoryMappedFile.CreateFromFile(
                record, null, CallRecords.FileSize, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true);
            return new DriverHostResult(ExitCode.Failure, CrashReader.Read(file, end.Signal));
        }
    }

    /// <summary>The program that runs C drivers.</summary>
    /// <exception cref="CommandException">It is not there.</exception>
    public static string FindProgram(RunRequest request, string command = "run")
    {
        string? path = Environment.GetEnvironmentVariable(PathVariable);
        if (string.IsNullOrEmpty(path)) path = Path.Combine(AppContext.BaseDirectory, "nonpaged-host");
        if (File.Exists(path)) return Executable(path);
        throw new CommandException(
            $"The program that runs C drivers is not there: {path}.",
            $"the variable {PathVariable}, which names it; the script ./nonpaged builds it and sets the variable",
            $"./nonpaged {command} {request.DriverFile} --nic {request.Nic}",
            FailureKind.Other);
    }

    // A package's files are none when they are unpacked.
    private static string Executable(string path)
    {
        const UnixFileMode execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        if (OperatingSystem.IsWindows() || (File.GetUnixFileMode(path) & execute) == execute) return path;
        try
        {
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | execute);
        }
        catch (UnauthorizedAccessException)
        {
            // Then starting it says so.
        }

        return path;
    }

    private Child Start(string program, SafeFileHandle record)
    {
        using SafeFileHandle nothing = File.OpenHandle("/dev/null");
        using var output = new SafeFileHandle(1, ownsHandle: false);
        using var error = new SafeFileHandle(2, ownsHandle: false);
        // In the order of their numbers: see RecordDescriptor and LifelineDescriptor.
        SafeFileHandle[] given = [nothing, output, error, record, Child.LifelineEnd];
        return Child.Start(new ChildProgram(program, arguments, [.. Surroundings()]), given, Check);
    }

    /// <summary>The environment of a process that runs a driver: this one's, and where its record and its lifeline are.</summary>
    public static IEnumerable<string> Surroundings()
    {
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            yield return $"{variable.Key}={variable.Value}";
        yield return $"{CallRecords.DescriptorVariable}={RecordDescriptor}";
        yield return $"{LifelineVariable}={LifelineDescriptor}";
    }

    /// <summary>
    /// Waits for the end of the process; it is in a session of its own, so that a terminal's signals have to be passed on.
    /// </summary>
    private static async Task<ChildEnd> WaitAsync(Child child, Interruption interruption)
    {
        using CancellationTokenRegistration passOn = interruption.Token.Register(() => child.Signal(interruption.Number));
        ChildEnd end = await Task.Run(() => child.Wait(Timeout.InfiniteTimeSpan)!.Value);
        Check(end.Waited, "waitpid");
        return end;
    }

    /// <exception cref="CommandException">A system call that such a process needs failed.</exception>
    public static void Check(SysResult result, string call)
    {
        if (!result.IsError) return;
        throw new CommandException(
            $"{call} failed: {result.Errno}.", "the limits of this process", "ulimit -a; cat /proc/self/limits",
                FailureKind.Other);
    }
}
