using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>Address space without memory behind it, into which extents are mapped.</summary>
internal static unsafe class AddressSpace
{
    // munmap(2) may fail where it splits a mapping and the process has as many as it may (vm.max_map_count). What could not be
    // given back is tried again with every later call.
    private static readonly Lock s_gate = new();
    private static readonly List<(nuint Start, nuint Length)> s_owed = [];

    // Of pools that are gone, the oldest first.
    private const int MostRetired = 1024;
    private const ulong MostRetiredBytes = 1UL << 40;
    private static readonly Queue<(nuint Start, nuint Length)> s_retired = [];
    private static ulong s_retiredBytes;

    /// <summary>
    /// Reserves a range whose address is congruent to <paramref name="like"/> modulo the alignment, so that what is aligned
    /// physically can be aligned virtually too. The value is its address.
    /// </summary>
    public static SysResult Reserve(nuint length, nuint alignment, ulong like = 0)
    {
        nuint whole = checked(length + alignment);
        SysResult reserved = Reserve(length);
        // The kernel itself aligns what a huge page fits into (Linux 6.7), so mostly the first place will do.
        if (reserved.IsError || (((nuint)like - (nuint)reserved.Value) & (alignment - 1)) == 0) return reserved;
        Release((nuint)reserved.Value, length);
        reserved = Reserve(whole);
        if (reserved.IsError) return reserved;
        nuint from = (nuint)reserved.Value;
        nuint start = from + (((nuint)like - from) & (alignment - 1));
        Release(from, start - from);
        Release(start + length, from + whole - (start + length));
        return new SysResult((nint)start);
    }

    /// <summary>
    /// Takes what is mapped out of a range, and keeps the range without access, so that nothing new is mapped there: until so
    /// much else was retired, or address space runs short.
    /// </summary>
    public static void Retire(nuint start, nuint length)
    {
        if (length == 0) return;
        SysResult replaced = LibC.MMap(
            (void*)start, length, LibC.PROT_NONE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE | LibC.MAP_FIXED, -1,
            0);
        if (replaced.IsError)
        {
            Release(start, length);
            return;
        }

        lock (s_gate)
        {
            s_retired.Enqueue((start, length));
            s_retiredBytes += length;
        }

        ReleaseRetired(MostRetired, MostRetiredBytes);
    }

    /// <summary>Unmaps retired ranges until no more than so many are left. Whether there were any.</summary>
    public static bool ReleaseRetired(int most = 0, ulong mostBytes = 0)
    {
        bool any = false;
        while (true)
        {
            (nuint Start, nuint Length) oldest;
            lock (s_gate)
            {
                if ((s_retired.Count <= most && s_retiredBytes <= mostBytes) || !s_retired.TryDequeue(out oldest)) return any;
                s_retiredBytes -= oldest.Length;
            }

            any = true;
            Release(oldest.Start, oldest.Length);
        }
    }

    /// <summary>Unmaps a range, at once or, where the kernel refuses, with a later call.</summary>
    public static void Release(nuint start, nuint length)
    {
        lock (s_gate)
        {
            if (length > 0) s_owed.Add((start, length));
            s_owed.RemoveAll(range => !LibC.MUnmap((void*)range.Start, range.Length).IsError);
            // Ranges that follow each other may be what a limit on the number of mappings was waiting for.
            if (s_owed.Count > 0) s_owed.RemoveAll(range => !LibC.MUnmap((void*)range.Start, range.Length).IsError);
        }
    }

    /// <summary>Gives the pages of private memory back, so that all of it reads as zeros; it stays mapped all the time.</summary>
    /// <param name="start">Where it starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="protection">Of all of it, where it may be mapped again if the kernel refuses; null
    /// where its parts differ.</param>
    public static bool TryEmpty(nuint start, nuint length, int? protection = null)
    {
        // Locked memory keeps its pages (madvise(2)).
        LibC.MUnlock((void*)start, length);
        if (!LibC.MAdvise((void*)start, length, LibC.MADV_DONTNEED).IsError) return true;
        return protection is { } bits && !LibC.MMap(
            (void*)start, length, bits, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE
                | LibC.MAP_FIXED, -1, 0).IsError;
    }

    private static SysResult Reserve(nuint length)
    {
        while (true)
        {
            SysResult reserved = LibC.MMap(
                null, length, LibC.PROT_NONE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE, -1, 0);
            if (!reserved.IsError || !ReleaseRetired()) return reserved;
        }
    }
}
