using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Machines.Processes;

/// <summary>
/// A pipe that a child reads and only this process can write. The kernel closes this end however this process ends, and the
/// child, which sees the end of the pipe, ends itself or what it watches. Thread-safe.
/// </summary>
/// <remarks>
/// The kernel's own means, PR_SET_PDEATHSIG, follows the thread that forked, which may end long before its process.
/// </remarks>
internal sealed class Lifeline : IDisposable
{
    private readonly Lock _use = new();
    private readonly SafeFileHandle _ours;

    private Lifeline(SafeFileHandle child, SafeFileHandle ours)
    {
        ChildEnd = child;
        _ours = ours;
    }

    /// <summary>The end that the child reads. This process closes it as soon as the child has it.</summary>
    public SafeFileHandle ChildEnd { get; }

    public static Lifeline Create(Action<SysResult, string> check)
    {
        check(LibC.Pipe2(out SafeFileHandle child, out SafeFileHandle ours), "pipe2");
        return new Lifeline(child, ours);
    }

    /// <summary>Tells the child something. No effect where the child has ended or the lifeline is cut.</summary>
    public void Tell(ReadOnlySpan<byte> words)
    {
        lock (_use)
        {
            // EPIPE where the child has ended.
            if (!_ours.IsClosed) _ = LibC.Write(_ours, words);
        }
    }

    /// <summary>Does to the child what the end of this process would do.</summary>
    public void Cut()
    {
        lock (_use) _ours.Dispose();
    }

    public void Dispose()
    {
        ChildEnd.Dispose();
        Cut();
    }
}
