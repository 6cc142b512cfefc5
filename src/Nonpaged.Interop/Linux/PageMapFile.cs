using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Nonpaged.Interop;

/// <summary>/proc/self/pagemap (Documentation/admin-guide/mm/pagemap.rst).</summary>
internal static unsafe class PageMapFile
{
    public const ulong Present = 1UL << 63;
    public const ulong FrameMask = (1UL << 55) - 1;

    private const string Path = "/proc/self/pagemap";

    // _IOWR('f', 16, struct pm_scan_arg)
    private const nuint PAGEMAP_SCAN = 0xC0606610;
    private const ulong PAGE_IS_HUGE = 1UL << 6;

    /// <summary>The process's own, for the calls that take it.</summary>
    public static SysResult Open(out SafeFileHandle file) => LibC.OpenForReading(Path, out file);

    /// <summary>
    /// Reads an entry per 4 KiB page. Bits 0 to 54 of an entry are the frame number, or 0 without CAP_SYS_ADMIN; bit 63
    /// tells that the page is present.
    /// </summary>
    public static SysResult Read(void* address, Span<ulong> entries)
    {
        SysResult opened = LibC.OpenForReading(Path, out SafeFileHandle file);
        if (opened.IsError) return opened;
        using (file)
        {
            fixed (ulong* buffer = entries)
            {
                nuint length = (nuint)entries.Length * sizeof(ulong);
                nuint done = 0;
                while (done < length)
                {
                    SysResult read = LibC.PRead(file, (byte*)buffer + done, length - done, OffsetOf((nuint)address) + (long)done);
                    if (read.IsError) return read;
                    if (read.Value == 0) return SysResult.Failed(Errno.EIO);
                    done += (nuint)read.Value;
                }
            }
        }

        return new SysResult(entries.Length);
    }

    /// <summary>Reads the entry of one page in each <paramref name="stride"/> bytes.</summary>
    public static SysResult ReadEach(SafeFileHandle file, void* address, nuint stride, Span<ulong> entries)
    {
        for (int i = 0; i < entries.Length; i++)
        {
            ulong entry;
            SysResult read = LibC.PRead(file, &entry, sizeof(ulong), OffsetOf((nuint)address + (nuint)i * stride));
            if (read.IsError) return read;
            if (read.Value != sizeof(ulong)) return SysResult.Failed(Errno.EIO);
            entries[i] = entry;
        }

        return new SysResult(entries.Length);
    }

    /// <summary>Where the entry of an address is in the file: eight bytes a page of the system's.</summary>
    private static long OffsetOf(nuint address) => (long)(address / (nuint)Environment.SystemPageSize * sizeof(ulong));

    /// <summary>
    /// PAGEMAP_SCAN (Linux 6.7): how many bytes of the range are mapped by huge pages. Needs no privilege. The range has at most
    /// <see cref="MaxRegions"/> stretches of huge pages, or the rest is not counted.
    /// </summary>
    public static SysResult CountHugeMapped(SafeFileHandle file, void* address, nuint length)
    {
        Region* regions = stackalloc Region[MaxRegions];
        var scan = new ScanArgument
        {
            Size = (ulong)sizeof(ScanArgument),
            Start = (ulong)address,
            End = (ulong)address + length,
            Vector = (ulong)regions,
            VectorLength = MaxRegions,
            CategoryMask = PAGE_IS_HUGE,
            ReturnMask = PAGE_IS_HUGE,
        };
        SysResult found = LibC.IoCtl(file, PAGEMAP_SCAN, &scan);
        if (found.IsError) return found;
        ulong bytes = 0;
        for (int i = 0; i < found.AsInt32; i++) bytes += regions[i].End - regions[i].Start;
        return new SysResult((nint)bytes);
    }

    /// <inheritdoc cref="CountHugeMapped(SafeFileHandle, void*, nuint)"/>
    public static SysResult CountHugeMapped(void* address, nuint length)
    {
        SysResult opened = Open(out SafeFileHandle file);
        using (file) return opened.IsError ? opened : CountHugeMapped(file, address, length);
    }

    /// <summary>How many stretches one scan reports.</summary>
    public const int MaxRegions = 64;

    /// <summary>struct pm_scan_arg.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct ScanArgument
    {
        public ulong Size;
        public ulong Flags;
        public ulong Start;
        public ulong End;
        public ulong WalkEnd;
        public ulong Vector;
        public ulong VectorLength;
        public ulong MaxPages;
        public ulong CategoryInverted;
        public ulong CategoryMask;
        public ulong CategoryAnyOfMask;
        public ulong ReturnMask;
    }

    /// <summary>struct page_region.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Region
    {
        public ulong Start;
        public ulong End;
        public ulong Categories;
    }
}
