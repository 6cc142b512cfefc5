using System.Collections;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Machines.Processes;

namespace Nonpaged.Cli;

/// <summary>
/// A command line that /bin/sh runs in a session of its own. It ends with this process, however that ends: its process group is
/// killed then. Its output goes to standard error.
/// </summary>
internal sealed class ShellCommand : IDisposable
{
    private const int SignalBase = 128;

    // Descriptor 3 is the lifeline. A word on it is SIGTERM for the group; its end, which the end of the process that started the
    // shell is, too, is SIGKILL.
    private const string Wrapper = """
        trap : TERM
        (trap '' TERM; read -r _ <&3 && { kill -TERM 0; read -r _ <&3; }; kill -KILL 0) >/dev/null 2>&1 &
        /bin/sh -c "$1" 3<&-
        exit $?
        """;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    private readonly Child _child;

    private ShellCommand(Child child) => _child = child;

    /// <exception cref="CommandException">It cannot be started.</exception>
    public static ShellCommand Start(string command, string variable)
    {
        using SafeFileHandle nothing = File.OpenHandle("/dev/null");
        using var error = new SafeFileHandle(2, ownsHandle: false);
        string[] environment = [.. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(one => one.Key is not (DriverHost.LifelineVariable or Ndis.Native.CallRecords.DescriptorVariable))
            .Select(one => $"{one.Key}={one.Value}"), variable];
        return new ShellCommand(Child.Start(
            new ChildProgram("/bin/sh", ["-c", Wrapper, "sh", command], environment),
            [nothing, error, error, Child.LifelineEnd],
            (result, call) =>
            {
                if (result.IsError) throw new CommandException(
                    $"--exec: {call} failed: {result.Errno}.", "the limits of this process", "ulimit -a", FailureKind.Other);
            }));
    }

    /// <summary>
    /// Waits for its end and returns its exit code, as shells count. A cancellation ends it by SIGTERM, and by SIGKILL where that
    /// is not enough.
    /// </summary>
    public async Task<int> WaitAsync(CancellationToken ended)
    {
        using CancellationTokenRegistration end = ended.Register(() => _child.Tell("end\n"u8));
        Task<ChildEnd> wait = Task.Run(() => _child.Wait(Timeout.InfiniteTimeSpan)!.Value, CancellationToken.None);
        try
        {
            await wait.WaitAsync(ended);
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAny(wait, Task.Delay(s_patience, CancellationToken.None));
        }

        // What it started in the background goes, too.
        _child.CutLifeline();
        ChildEnd result = await wait;
        return result.Signal == 0 ? result.ExitCode : SignalBase + result.Signal;
    }

    public void Dispose() => _child.Dispose();
}
