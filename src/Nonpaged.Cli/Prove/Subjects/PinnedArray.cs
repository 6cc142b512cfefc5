using System.Runtime.CompilerServices;

namespace Nonpaged.Cli;

/// <summary>An array that the garbage collector does not move: "pinned" in its sense, which is about virtual addresses.</summary>
internal sealed unsafe class PinnedArray() : Subject("gc-pinned")
{
    private byte[]? _array;

    protected override string? TryObtain(nuint length, out byte* start)
    {
        start = null;
        // The whole of it must be pages that no other object shares.
        nuint room = checked(length + HostExtents.HugePage);
        if (HostMemory.Refuse(room) is { } shortage) return shortage.Reason;
        if (room > (nuint)Array.MaxLength) return "an array is no longer than 2 GiB";
        try
        {
            _array = GC.AllocateUninitializedArray<byte>((int)room, pinned: true);
        }
        catch (OutOfMemoryException)
        {
            return "the garbage collector has no memory for it";
        }

        start = (byte*)Page.RoundUp((nuint)Unsafe.AsPointer(ref _array[0]), HostExtents.HugePage);
        return null;
    }

    public override void Release()
    {
        if (_array is null) return;
        _array = null;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}
