using System.Runtime.InteropServices;

namespace Nonpaged.Interop;

internal static unsafe partial class LibC
{
    // mman-common.h
    public const int PROT_NONE = 0;
    public const int PROT_READ = 1;
    public const int PROT_WRITE = 2;
    public const int MAP_SHARED = 0x01;
    public const int MAP_PRIVATE = 0x02;
    public const int MAP_FIXED = 0x10;
    public const int MAP_ANONYMOUS = 0x20;
    public const int MAP_NORESERVE = 0x4000;
    public const int MAP_HUGETLB = 0x40000;
    public const int MAP_HUGE_2MB = 21 << 26;
    public const int MADV_DONTNEED = 4;
    public const int MADV_REMOVE = 9;
    public const int MADV_DONTFORK = 10;
    public const int MADV_HUGEPAGE = 14;
    public const int MADV_NOHUGEPAGE = 15;
    public const int MADV_DONTDUMP = 16;
    public const int MADV_PAGEOUT = 21;
    public const int MADV_POPULATE_WRITE = 23;
    public const int MADV_COLLAPSE = 25;

    /// <summary>mmap(2).</summary>
    public static SysResult MMap(void* address, nuint length, int protection, int flags, int descriptor, long offset)
    {
        if (Fails("mmap", out SysResult injected)) return injected;
        SysResult mapped = Result((nint)mmap(address, length, protection, flags, descriptor, offset));
        if (!mapped.IsError) SystemCallHook.Installed?.Mapped((nuint)mapped.Value, length);
        return mapped;
    }

    /// <summary>munmap(2).</summary>
    public static SysResult MUnmap(void* address, nuint length)
    {
        if (Fails("munmap", out SysResult injected)) return injected;
        SysResult unmapped = Result(munmap(address, length));
        if (!unmapped.IsError) SystemCallHook.Installed?.Unmapped((nuint)address, length);
        return unmapped;
    }

    /// <summary>mprotect(2).</summary>
    public static SysResult MProtect(void* address, nuint length, int protection) =>
        Fails("mprotect", out SysResult injected) ? injected : Result(mprotect(address, length, protection));

    /// <summary>madvise(2).</summary>
    public static SysResult MAdvise(void* address, nuint length, int advice) =>
        Fails("madvise", out SysResult injected) ? injected : Result(madvise(address, length, advice));

    /// <summary>mlock(2).</summary>
    public static SysResult MLock(void* address, nuint length) =>
        Fails("mlock", out SysResult injected) ? injected : Result(mlock(address, length));

    /// <summary>munlock(2).</summary>
    public static SysResult MUnlock(void* address, nuint length) =>
        Fails("munlock", out SysResult injected) ? injected : Result(munlock(address, length));

    [LibraryImport(Library, SetLastError = true)]
    private static partial int munlock(void* address, nuint length);

    [LibraryImport(Library, SetLastError = true)]
    private static partial void* mmap(void* address, nuint length, int protection, int flags, int descriptor, long offset);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int munmap(void* address, nuint length);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int mprotect(void* address, nuint length, int protection);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int madvise(void* address, nuint length, int advice);

    [LibraryImport(Library, SetLastError = true)]
    private static partial int mlock(void* address, nuint length);
}
