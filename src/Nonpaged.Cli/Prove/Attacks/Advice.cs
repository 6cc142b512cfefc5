using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>An advice to the kernel that may move memory or drop it (madvise(2)).</summary>
internal sealed unsafe class Advice(string name, int advice) : SingleAttack(name)
{
    protected override Strike On(Subject subject)
    {
        SysResult advised = LibC.MAdvise(subject.Start, subject.Length, advice);
        if (advised.IsError) return Strike.Done($"refused: {advised.Errno}");
        return Strike.Done(advice == LibC.MADV_PAGEOUT && !HasSwap() ? "no swap here to page out to" : null);
    }

    // proc_swaps(5): a heading, then a line each.
    private static bool HasSwap() => File.ReadLines("/proc/swaps").Skip(1).Any();
}
