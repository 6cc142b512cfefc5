using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>Address space without memory behind it, into which extents are mapped.</summary>
internal static unsafe class AddressSpace
{
    // munmap(2) may fail where it splits a mapping and the process has as many as it may (vm.max_map_count). What could not be
    // given back is tried again with every later call.
    private static readonly Lock s_gate = new();
    private static readonly List<(nuint Start, nuint Length)> s_owed = [];

    /// <summary>
    /// Reserves a range whose address is congruent to <paramref name="like"/> modulo the alignment, so that what is aligned physically can be
    /// aligned virtually too. The value is its address.
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

    /// <summary>Unmaps a range, at once or, where the kernel refuses, with a later call.</summary>
    public static void Release(nuint start, nuint length)
    {
        lock (s_gate)
        {
            if (length > 0) s_owed.Add((start, length));
            s_owed.RemoveAll(range => !LibC.UnmapMemory((void*)range.Start, range.Length).IsError);
            // Ranges that follow each other may be what a limit on the number of mappings was waiting for.
            if (s_owed.Count > 0) s_owed.RemoveAll(range => !LibC.UnmapMemory((void*)range.Start, range.Length).IsError);
        }
    }

    public static AllocationFailure Failure(nuint length, Errno errno) => new(FailureKind.AddressSpace,
        $"No address space for {length} bytes (mmap: {errno}).",
        "the process's address space (ulimit -v), or its number of mappings (/proc/sys/vm/max_map_count)",
        "ulimit -v unlimited; sysctl -w vm.max_map_count=262144") { Errno = (int)errno };

    private static SysResult Reserve(nuint length) =>
        LibC.MapMemory(null, length, LibC.PROT_NONE, LibC.MAP_PRIVATE | LibC.MAP_ANONYMOUS | LibC.MAP_NORESERVE, -1, 0);
}
