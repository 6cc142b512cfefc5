using System.Numerics;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// An extent over a region that the caller named. It is neither pinned nor populated: what it maps has no other place.
/// </summary>
internal static unsafe class RegionExtent
{
    private const nuint MaxUnit = 1 << 30;

    /// <summary>Maps each region when its turn comes.</summary>
    /// <exception cref="AllocationException">One cannot be mapped so, or somebody else has it.</exception>
    public static IEnumerable<Extent> Map(IEnumerable<MemoryRegion> regions) => regions.Select(Map);

    private static Extent Map(MemoryRegion region)
    {
        // Without O_SYNC /dev/mem is mapped write-back (drivers/char/mem.c, phys_mem_access_prot_allowed).
        SysResult opened = LibC.OpenForWriting(
            region.File, region.Caching == Caching.Uncached ? LibC.O_SYNC : 0, out SafeFileHandle file);
        if (opened.IsError) throw RegionFailures.Refused(region, opened.Errno);
        try
        {
            SysResult locked = LibC.LockRange(file, region.Offset, region.Length);
            if (locked.IsError) throw RegionFailures.Refused(region, locked.Errno);
            return Map(region, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static Extent Map(MemoryRegion region, SafeFileHandle file)
    {
        nuint length = (nuint)region.Length;
        nuint alignment = nuint.Min(MaxUnit, (nuint)BitOperations.RoundUpToPowerOf2(region.Length));
        SysResult reserved = AddressSpace.Reserve(length, alignment, region.Start.Value);
        if (reserved.IsError) throw new AllocationException(AddressSpaceFailures.None(length, reserved.Errno));
        nuint start = (nuint)reserved.Value;
        SysResult mapped = LibC.MMap(
            (void*)start, length, LibC.PROT_READ | LibC.PROT_WRITE, LibC.MAP_SHARED | LibC.MAP_FIXED,
            (int)file.DangerousGetHandle(), (long)region.Offset);
        if (!mapped.IsError) mapped = LibC.MAdvise((void*)start, length, LibC.MADV_DONTFORK);
        string? kind = mapped.IsError ? null : PatMemoryTypes.Find(region.Start.Value, region.Length);
        if (mapped.IsError || (kind is not null && kind != KindOf(region.Caching)))
        {
            AddressSpace.Release(start, length);
            throw mapped.IsError
                ? RegionFailures.Refused(region, mapped.Errno)
                : RegionFailures.OtherKind(region, kind!, KindOf(region.Caching));
        }

        // The units are those that start and length allow, which keeps the table short.
        nuint unit = nuint.Min(MaxUnit, (nuint)1 << BitOperations.TrailingZeroCount(region.Start.Value | region.Length));
        ulong[] frames = new ulong[length / unit];
        for (int i = 0; i < frames.Length; i++) frames[i] = region.Start.Value + ((ulong)i * unit);
        // The lock on the range goes with the descriptor.
        return new Extent(start, length, new FrameTable(frames, unit), ExtentOrigin.Region, pin: file)
        {
            Rung = region.Offset == 0 ? "memory of a device" : "reserved region",
            Evidence = new Lazy<string>(
                $"{region.File}{(region.Caching == Caching.Uncached ? ", opened with O_SYNC" : "")}: "
                    + "physical addresses are those that were asked for, "
                + $"of memory that the kernel gives to nobody; {Known(region, kind)}"),
            ContiguousUnit = unit,
            IsProtectable = true,
            PinKind = PinKind.Fixed,
            Caching = region.Caching,
        };
    }

    private static string KindOf(Caching caching) => caching switch
    {
        Caching.Uncached => "uncached-minus",
        Caching.WriteCombined => "write-combining",
        _ => "write-back",
    };

    private static string Known(MemoryRegion region, string? kind) => kind is not null
        ? $"the kernel maps it {kind} ({PatMemoryTypes.List})"
        : $"the kernel maps such a file {KindOf(region.Caching)}, which {PatMemoryTypes.List} would confirm where it can be read";
}
