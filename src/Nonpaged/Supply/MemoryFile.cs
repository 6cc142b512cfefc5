using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// A memory file and where it is mapped. Memory is owned by a file, because what a mapping owns privately moves at a write after
/// fork. The address space is reserved as a whole; file and mapping are extended together, and units of the file may be mapped in
/// another order than the file's.
/// </summary>
internal sealed unsafe class MemoryFile : IDisposable
{
    private bool _isDisposed;

    private MemoryFile(SafeFileHandle descriptor, nuint start, nuint room)
    {
        Descriptor = descriptor;
        Start = start;
        Room = room;
        ForkedDescriptors.Add(descriptor);
    }

    public SafeFileHandle Descriptor { get; }

    public nuint Start { get; }

    /// <summary>How much can be mapped.</summary>
    public nuint Room { get; }

    /// <summary>How much is mapped.</summary>
    public nuint Length { get; private set; }

    /// <summary>The stretches of the file, in the order of addresses.</summary>
    public IReadOnlyList<FileRange> Ranges { get; private set; } = [];

    /// <summary>A file of no length, and room to map it.</summary>
    public static MemoryFile? TryCreate(string name, uint flags, nuint room, nuint alignment, out AllocationFailure? failure)
    {
        SysResult created = LibC.MemFdCreate(
            name, flags | LibC.MFD_CLOEXEC | LibC.MFD_ALLOW_SEALING, out SafeFileHandle descriptor);
        SysResult reserved = created.IsError ? created : AddressSpace.Reserve(room, alignment);
        failure = created.IsError ? ExtentFailures.NoFile(created.Errno)
            : reserved.IsError ? AddressSpaceFailures.None(room, reserved.Errno)
            : null;
        if (failure is null) return new MemoryFile(descriptor, (nuint)reserved.Value, room);
        descriptor.Dispose();
        return null;
    }

    /// <summary>Makes the file longer and maps what is new. The error is the kernel's.</summary>
    public SysResult ExtendTo(nuint length)
    {
        SysResult extended = LibC.FTruncate(Descriptor, (long)length);
        if (!extended.IsError) extended = Map(Start + Length, Length, length - Length);
        if (!extended.IsError) extended = Advise(Start + Length, length - Length);
        if (extended.IsError) return extended;
        Length = length;
        Ranges = [new FileRange(0, length)];
        return extended;
    }

    /// <summary>
    /// Gives the file a page of memory, which costs half as much as a touch: there is no page table to be made for it.
    /// </summary>
    public SysResult AllocatePage(nuint offset)
    {
        while (true)
        {
            SysResult allocated = LibC.FAllocate(Descriptor, 0, (long)offset, Page.Size);
            // A signal that is pending stops it before it begins (fallocate(2)); the runtime sends itself such.
            if (allocated.Errno != Errno.EINTR) return allocated;
        }
    }

    /// <summary>
    /// Maps these units of the file, in this order, and gives the memory of all others back. The pages stay where they are; the
    /// new mappings are empty until they are populated.
    /// </summary>
    public SysResult Keep(IReadOnlyList<int> units, nuint unit)
    {
        List<FileRange> ranges = Join(units, unit);
        nuint length = (nuint)units.Count * unit;
        var result = new SysResult(0);
        nuint at = Start;
        foreach (FileRange range in ranges)
        {
            // What is where the file has it is mapped there already.
            if (!result.IsError && at - Start != range.Offset) result = Map(at, (nuint)range.Offset, (nuint)range.Length);
            at += (nuint)range.Length;
        }

        if (!result.IsError) result = Advise(Start, length);
        // Punched after the last mapping of it is gone, or a touch would fill the hole again.
        if (!result.IsError && length < Length) result = LibC.MMap(
            (void*)(Start + length), Length - length, LibC.PROT_NONE,
            LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE | LibC.MAP_FIXED, -1, 0);
        if (!result.IsError) result = PunchAllBut(units, unit);
        if (result.IsError) return result;
        Length = length;
        Ranges = ranges;
        return result;
    }

    public SysResult Seal(Sharing sharing)
    {
        int seals = LibC.F_SEAL_SHRINK | LibC.F_SEAL_GROW | LibC.F_SEAL_SEAL;
        if (sharing != Sharing.ReadWrite) seals |= LibC.F_SEAL_FUTURE_WRITE;
        return LibC.AddSeals(Descriptor, seals);
    }

    /// <summary>The stretches of the file that back a range of addresses.</summary>
    public IReadOnlyList<FileRange> RangesOf(nuint address, nuint length)
    {
        var found = new List<FileRange>();
        ulong from = address - Start;
        ulong end = from + length;
        ulong at = 0;
        foreach (FileRange range in Ranges)
        {
            ulong first = ulong.Max(from, at);
            ulong last = ulong.Min(end, at + range.Length);
            if (first < last) found.Add(new FileRange(range.Offset + (first - at), last - first));
            at += range.Length;
        }

        return found;
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        AddressSpace.Release(Start, Room);
        CloseFile();
    }

    /// <summary>Gives the file up; what happens to the address range is the caller's matter.</summary>
    public void CloseFile()
    {
        _isDisposed = true;
        ForkedDescriptors.Remove(Descriptor);
        Descriptor.Dispose();
    }

    private SysResult Map(nuint address, nuint offset, nuint length) => LibC.MMap(
        (void*)address, length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED | LibC.MAP_FIXED,
        (int)Descriptor.DangerousGetHandle(), (long)offset);

    // A fork must not get a second mapping of memory that a device writes, nor a core dump its contents.
    private static SysResult Advise(nuint start, nuint length)
    {
        SysResult advised = LibC.MAdvise((void*)start, length, LibC.MADV_DONTFORK);
        return advised.IsError ? advised : LibC.MAdvise((void*)start, length, LibC.MADV_DONTDUMP);
    }

    private SysResult PunchAllBut(IReadOnlyList<int> units, nuint unit)
    {
        var kept = new HashSet<int>(units);
        int[] others = [.. Enumerable.Range(0, (int)(Length / unit)).Where(index => !kept.Contains(index))];
        foreach (FileRange range in Join(others, unit))
        {
            SysResult punched = LibC.FAllocate(
                Descriptor, LibC.FALLOC_FL_PUNCH_HOLE | LibC.FALLOC_FL_KEEP_SIZE, (long)range.Offset, (long)range.Length);
            if (punched.IsError) return punched;
        }

        return new SysResult(0);
    }

    private static List<FileRange> Join(IReadOnlyList<int> units, nuint unit)
    {
        var ranges = new List<FileRange>();
        foreach (int index in units)
        {
            ulong offset = (ulong)index * unit;
            if (ranges.Count > 0 && ranges[^1].Offset + ranges[^1].Length == offset)
                ranges[^1] = ranges[^1] with { Length = ranges[^1].Length + unit };
            else
                ranges.Add(new FileRange(offset, unit));
        }

        return ranges;
    }
}
