using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>Address space without memory behind it, into which extents are mapped.</summary>
internal static unsafe class AddressSpace
{
    /// <summary>
    /// Reserves a range whose address is congruent to <paramref name="like"/> modulo the alignment, so that what is aligned physically can be
    /// aligned virtually too. Returns 0 where there is no room.
    /// </summary>
    public static nuint Reserve(nuint length, nuint alignment, ulong like = 0)
    {
        nuint whole = checked(length + alignment);
        SysResult reserved = LibC.MapMemory(
            null, whole, LibC.PROT_NONE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE, -1, 0);
        if (reserved.IsError) return 0;
        nuint from = (nuint)reserved.Value;
        nuint start = from + (((nuint)like - from) & (alignment - 1));
        if (start > from) LibC.UnmapMemory((void*)from, start - from);
        nuint end = start + length;
        if (end < from + whole) LibC.UnmapMemory((void*)end, from + whole - end);
        return start;
    }
}
