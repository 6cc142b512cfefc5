using Nonpaged.Interop;

namespace Nonpaged.Cli;

/// <summary>What most software takes for memory that stays: anonymous, as malloc gives it, and mlocked.</summary>
internal sealed unsafe class LockedMemory() : MappedMemory("mlock", 0)
{
    protected override string? Finish(byte* start, nuint length)
    {
        if (HostMemory.Refuse(length) is { } shortage) return shortage.Reason;
        SysResult locked = LibC.MLock(start, length);
        return locked.IsError ? Explain(locked.Errno) : null;
    }

    protected override string Explain(Errno errno) => $"mlock: {errno} (ulimit -l)";
}
