using Nonpaged.Interop;

namespace Nonpaged.Machines.Processes;

/// <summary>How a child process ended.</summary>
/// <param name="Waited">
/// What waitpid(2) returned: an error where the kernel has reaped the child, because this process ignores SIGCHLD.
/// </param>
/// <param name="Status">The status of wait(2); meaningless where the call failed.</param>
internal readonly record struct ChildEnd(SysResult Waited, int Status)
{
    // wait(2): the low seven bits are the signal, and the next byte is the exit code.
    private const int SignalBits = 0x7f;
    private const int ExitCodeShift = 8;
    private const int ExitCodeBits = 0xff;

    /// <summary>The child has ended, and nobody can tell how.</summary>
    public bool IsUnknown => Waited.IsError;

    /// <summary>The signal that ended it; 0 where it ended by itself.</summary>
    public int Signal => Status & SignalBits;

    /// <summary>The exit code, where no signal ended it.</summary>
    public int ExitCode => (Status >> ExitCodeShift) & ExitCodeBits;
}
