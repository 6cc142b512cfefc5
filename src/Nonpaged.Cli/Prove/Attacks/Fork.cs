using System.Runtime.InteropServices;
using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>
/// A fork, and writes on both sides while the child lives. After a fork the first to write to private memory gets a copy, so it
/// is the parent's frames that change (fork(2), copy-on-write).
/// </summary>
internal sealed unsafe class Fork() : SingleAttack("fork")
{
    // Longer than all writes take; short, because the child would outlive this program where that is killed.
    private const int LifeInSeconds = 10;
    private const int Chunk = 1 << 20;

    protected override Strike On(Subject subject)
    {
        SysResult forked = Sleeper.Fork(LifeInSeconds);
        if (forked.IsError) return Strike.Skipped($"no child: {forked.Errno}");
        try
        {
            Pattern.Rewrite(subject.Start, subject.Length);
            SysResult written = OverwriteIn(forked.AsInt32, subject);
            return Strike.Done(written.Errno switch
            {
                Errno.None => null,
                Errno.EFAULT => "the child does not have it",
                Errno other => $"only the parent wrote: {other} for the child",
            });
        }
        finally
        {
            LibC.Kill(forked.AsInt32, LibC.SIGKILL);
            LibC.WaitPid(forked.AsInt32, out _, 0);
        }
    }

    /// <summary>
    /// Through the kernel, since the child has no managed code that could write and no right to fail at it with a signal.
    /// </summary>
    private static SysResult OverwriteIn(int pid, Subject subject)
    {
        void* zeros = NativeMemory.AllocZeroed(Chunk);
        try
        {
            SysResult written = default;
            for (nuint done = 0; done < subject.Length && !written.IsError; done += Chunk)
                written = LibC.ProcessVmWriteV(pid, subject.Start + done, zeros, Chunk);
            return written;
        }
        finally
        {
            NativeMemory.Free(zeros);
        }
    }
}
