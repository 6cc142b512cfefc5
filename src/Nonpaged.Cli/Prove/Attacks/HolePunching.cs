using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>
/// The pages are taken out of the file: by its descriptor (fallocate(2)), and by the mapping (madvise(2), MADV_REMOVE).
/// </summary>
internal sealed unsafe class HolePunching() : FileAttack("punch-hole")
{
    protected override Strike On(Subject subject)
    {
        SysResult removed = LibC.MAdvise(subject.Start, subject.Length, LibC.MADV_REMOVE);
        return subject.Files.Count == 0 ? Strike.Done(Refused([removed.Errno])) : base.On(subject);
    }

    protected override SysResult On(SafeFileHandle file, long length) =>
        LibC.FAllocate(file, LibC.FALLOC_FL_PUNCH_HOLE | LibC.FALLOC_FL_KEEP_SIZE, 0, length);
}
