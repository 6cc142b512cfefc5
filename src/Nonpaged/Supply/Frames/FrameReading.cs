using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>What the kernel said of where pages are.</summary>
/// <param name="Frames">Physical addresses; all unknown where the kernel does not tell this process.</param>
/// <param name="Refused">Why /proc/self/pagemap cannot be opened, where that is a matter of permission; numbers
/// of 0 in it are no error.</param>
/// <param name="Failure">An error that hides what could be known.</param>
internal readonly record struct FrameReading(ulong[] Frames, Errno Refused, AllocationFailure? Failure)
{
    public bool IsKnown => Frames is [not PageEntry.Unknown, ..];

    /// <summary>How the frames are known, or why not.</summary>
    public string Note => IsKnown ? "frame numbers read from /proc/self/pagemap after that" : Refused switch
    {
        Errno.None => "frame numbers may not be read (CAP_SYS_ADMIN)",
        Errno.ENOENT => "frame numbers may not be read (ENOENT: /proc is not mounted)",
        _ => $"frame numbers may not be read ({Refused}: a program with file capabilities is not dumpable and cannot open its "
            + "own /proc/self/pagemap)",
    };
}
