using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// Maps another process's block. Memory files of huge pages are mapped in whole ones, so that up to 2 MiB before and behind the
/// block are mapped, too.
/// </summary>
internal static unsafe class ExportMapping
{
    private const ulong Unit = HostExtents.HugePage;

    public static OpenedMemory Open(ExportedMemory export)
    {
        ulong fileLength = Check(export);
        ulong length = export.Ranges.Aggregate(0UL, (sum, range) => sum + range.Length);
        if (length > int.MaxValue)
            throw new NotSupportedException($"The block has {length} bytes; up to {int.MaxValue} can be opened.");
        nuint before = (nuint)(export.Ranges[0].Offset % Unit);
        nuint room = Page.RoundUp(before + (nuint)length, (nuint)Unit);
        SysResult reserved = AddressSpace.Reserve(room, (nuint)Unit);
        if (reserved.IsError) throw new AllocationException(AddressSpaceFailures.None(room, reserved.Errno));
        nuint start = (nuint)reserved.Value;
        int protection = export.Sharing == Sharing.ReadWrite ? LibC.PROT_READ | LibC.PROT_WRITE : LibC.PROT_READ;
        nuint at = start;
        foreach (FileRange range in export.Ranges)
        {
            ulong first = range.Offset / Unit * Unit;
            ulong last = ulong.Min(RoundUp(range.Offset + range.Length), fileLength);
            SysResult mapped = LibC.MMap(
                (void*)at, (nuint)(last - first), protection, LibC.MAP_SHARED | LibC.MAP_FIXED,
                (int)export.Descriptor.DangerousGetHandle(), (long)first);
            if (mapped.IsError)
            {
                AddressSpace.Release(start, room);
                throw new AllocationException(AddressSpaceFailures.None(room, mapped.Errno));
            }

            at += (nuint)(last - first);
        }

        GC.KeepAlive(export);
        return new OpenedMemory(start, before, room, (int)length, export.Sharing);
    }

    /// <summary>The file's length, where all that is wanted lies in it and stays there.</summary>
    private static ulong Check(ExportedMemory export)
    {
        SysResult seals = LibC.GetSeals(export.Descriptor);
        if (seals.IsError || (seals.AsInt32 & LibC.F_SEAL_SHRINK) == 0)
            throw new InvalidDataException("The file may be made shorter (F_SEAL_SHRINK is missing, fcntl(2)).");
        ulong length = (ulong)RandomAccess.GetLength(export.Descriptor);
        for (int i = 0; i < export.Ranges.Count; i++)
        {
            FileRange range = export.Ranges[i];
            bool isWithin = range.Length > 0 && range.Offset % Page.Size == 0 && range.Length <= length
                && range.Offset <= length - range.Length;
            // Between one range and the next there are whole units, in any order.
            bool isWhole = (i == 0 || range.Offset % Unit == 0)
                && (i == export.Ranges.Count - 1 || (range.Offset + range.Length) % Unit == 0);
            if (!isWithin || !isWhole)
                throw new InvalidDataException($"The range {i} ({range}) cannot be mapped of a file of {length} bytes.");
        }

        return length;
    }

    private static ulong RoundUp(ulong offset) => (offset + (Unit - 1)) / Unit * Unit;
}
