using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Processes;

/// <summary>
/// A child process in a session of its own, which has the descriptors that were chosen and no others, and a lifeline where it was
/// given one. Signals and words on the lifeline may come from any thread; one thread at a time waits for its end.
/// </summary>
internal sealed class Child : IDisposable
{
    private static readonly TimeSpan s_pollInterval = TimeSpan.FromMilliseconds(1);

    private readonly Lifeline? _lifeline;
    private volatile bool _hasEnded;
    private ChildEnd _end;

    private Child(int id, Lifeline? lifeline)
    {
        Id = id;
        _lifeline = lifeline;
    }

    /// <summary>Stands for the child's end of its lifeline in a list of descriptors.</summary>
    public static SafeFileHandle LifelineEnd { get; } = new(-1, ownsHandle: false);

    /// <summary>The process id.</summary>
    public int Id { get; }

    /// <summary>Starts a program.</summary>
    /// <param name="program">What it runs.</param>
    /// <param name="given">
    /// What becomes its descriptor 0, 1, ...; the caller still owns them. <see cref="LifelineEnd"/> among them gives it a
    /// lifeline.
    /// </param>
    /// <param name="check">Throws where a system call, which it gets the name of, failed. Nothing is left then.</param>
    public static Child Start(ChildProgram program, IReadOnlyList<SafeFileHandle> given, Action<SysResult, string> check)
    {
        using var copies = new HandleScope();
        Lifeline? lifeline = given.Contains(LifelineEnd) ? Lifeline.Create(check) : null;
        try
        {
            int[] numbers = new int[given.Count];
            for (int i = 0; i < numbers.Length; i++)
            {
                SafeFileHandle source = ReferenceEquals(given[i], LifelineEnd) ? lifeline!.ChildEnd : given[i];
                check(LibC.DuplicateAbove(source, numbers.Length, out SafeFileHandle copy), "fcntl(F_DUPFD_CLOEXEC)");
                numbers[i] = (int)copies.Add(copy).DangerousGetHandle();
            }

            SysResult id = LibC.Spawn(program.Path, [program.Path, .. program.Arguments], program.Environment, numbers);
            check(id, $"posix_spawn of {program.Path}");
            lifeline?.ChildEnd.Dispose();
            return new Child(id.AsInt32, lifeline);
        }
        catch
        {
            lifeline?.Dispose();
            throw;
        }
    }

    /// <summary>Writes to its lifeline, if it has one.</summary>
    public void Tell(ReadOnlySpan<byte> words) => _lifeline?.Tell(words);

    /// <summary>Cuts its lifeline, if it has one: the child does what it would do at the end of this process.</summary>
    public void CutLifeline() => _lifeline?.Cut();

    /// <summary>
    /// Sends it a signal. No effect where its end has been seen: its process id may be another process's by now.
    /// </summary>
    public void Signal(int number)
    {
        if (!_hasEnded) _ = LibC.Kill(Id, number);
    }

    /// <summary>Waits for its end, and reaps it; null where it still runs after this time.</summary>
    public ChildEnd? Wait(TimeSpan limit)
    {
        bool isEndless = limit == Timeout.InfiniteTimeSpan;
        var clock = Stopwatch.StartNew();
        while (!_hasEnded)
        {
            SysResult waited = LibC.WaitPid(Id, out int status, isEndless ? 0 : LibC.WNOHANG);
            // ECHILD: this process ignores SIGCHLD, and the kernel has reaped the child (waitpid(2)).
            if (waited.Value > 0 || (waited.IsError && waited.Errno != Errno.EINTR))
            {
                _end = new ChildEnd(waited, status);
                _hasEnded = true;
                break;
            }

            if (!isEndless && clock.Elapsed > limit) return null;
            Thread.Sleep(s_pollInterval);
        }

        return _end;
    }

    /// <summary>Cuts its lifeline, gives it this time to end, kills it where that is not enough, and reaps it.</summary>
    public ChildEnd End(TimeSpan patience)
    {
        CutLifeline();
        return Wait(patience) ?? Kill();
    }

    /// <summary>Kills it and reaps it, unless its end has been seen.</summary>
    public void Dispose()
    {
        CutLifeline();
        Kill();
    }

    private ChildEnd Kill()
    {
        Signal(LibC.SIGKILL);
        return Wait(Timeout.InfiniteTimeSpan)!.Value;
    }
}
