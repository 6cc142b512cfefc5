using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>Reads where the kernel put pages. Valid as long as they are pinned: read after the pin, and never again.</summary>
internal static unsafe class FrameReader
{
    private const int Retries = 20;

    /// <summary>
    /// The physical address of each 4 KiB page of a range; all unknown where the kernel does not tell this process.
    /// </summary>
    public static FrameReading Read(nuint start, nuint length)
    {
        ulong[] frames = new ulong[length >> Page.Shift];
        SysResult read = PageMapFile.Read((void*)start, frames);
        for (int i = 0; i < Retries && IsUnderWay(read, frames); i++) read = PageMapFile.Read((void*)start, frames);
        return Decode(frames, read);
    }

    /// <summary>The physical address of each unit of a range, by its first page.</summary>
    public static FrameReading ReadUnits(nuint start, nuint length, nuint unit)
    {
        SysResult opened = PageMapFile.Open(out SafeFileHandle file);
        using (file) return opened.IsError ? Decode(new ulong[length / unit], opened) : ReadUnits(file, start, length, unit);
    }

    /// <summary>
    /// The same, where the kernel maps the whole range by huge pages (PAGEMAP_SCAN), which an ordinary user
    /// may ask; null where it does not.
    /// </summary>
    /// <param name="start">Where the range starts.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="unit">The length of a huge page.</param>
    /// <param name="scan">Why the kernel cannot be asked: before Linux 6.7, or where the process may
    /// not open its own pagemap.</param>
    public static FrameReading? ReadHugeMapped(nuint start, nuint length, nuint unit, out SysResult scan)
    {
        scan = PageMapFile.Open(out SafeFileHandle file);
        using (file)
        {
            bool isHuge = false;
            if (!scan.IsError) scan = IsHugeMapped(file, start, length, out isHuge);
            return isHuge ? ReadUnits(file, start, length, unit) : null;
        }
    }

    /// <summary>
    /// How many bytes of a range the kernel maps by huge pages, as /proc/self/smaps tells: on kernels without PAGEMAP_SCAN, and
    /// without privileges. Null where it may not be read.
    /// </summary>
    public static nuint? ReadShmemPmdMapped(nuint start, nuint length)
    {
        try
        {
            nuint mapped = 0;
            bool isWithin = false;
            foreach (string line in File.ReadLines("/proc/self/smaps"))
            {
                // "7f1c00000000-7f1c00200000 rw-s ...", then "ShmemPmdMapped:     2048 kB" among its fields (proc_pid_smaps(5)).
                string first = line[..int.Max(0, line.IndexOf(' '))];
                if (first.IndexOf('-') is > 0 and var dash && ulong.TryParse(
                    first.AsSpan(0, dash), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong from))
                {
                    isWithin = from >= start && from < start + length;
                }
                else if (isWithin && line.StartsWith("ShmemPmdMapped:", StringComparison.Ordinal))
                {
                    mapped += nuint.Parse(
                        line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
                }
            }

            return mapped;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What is known of huge pages whose frame numbers are not.</summary>
    public static FrameReading UnknownUnits(nuint length, nuint unit, FrameReading reading)
    {
        ulong[] frames = new ulong[length / unit];
        Array.Fill(frames, PageEntry.Unknown);
        return reading with { Frames = frames };
    }

    /// <summary>Each aligned unit is one physically contiguous piece, so far as the frame numbers tell.</summary>
    public static bool IsContiguousInUnits(ulong[] frames, nuint unit)
    {
        int pages = (int)(unit >> Page.Shift);
        for (int i = 1; i < frames.Length; i++)
        {
            if (i % pages != 0 && frames[i] != frames[i - 1] + Page.Size) return false;
        }

        return true;
    }

    private static FrameReading ReadUnits(SafeFileHandle file, nuint start, nuint length, nuint unit)
    {
        ulong[] frames = new ulong[length / unit];
        SysResult read = PageMapFile.ReadEach(file, (void*)start, unit, frames);
        for (int i = 0; i < Retries && IsUnderWay(read, frames); i++)
            read = PageMapFile.ReadEach(file, (void*)start, unit, frames);
        return Decode(frames, read);
    }

    private static SysResult IsHugeMapped(SafeFileHandle file, nuint start, nuint length, out bool isHuge)
    {
        isHuge = false;
        nuint step = PageMapFile.MaxRegions * HostExtents.HugePage;
        for (nuint done = 0; done < length; done += step)
        {
            nuint part = nuint.Min(step, length - done);
            SysResult huge = PageMapFile.CountHugeMapped(file, (void*)(start + done), part);
            if (huge.IsError || (nuint)huge.Value != part) return huge;
        }

        isHuge = true;
        return new SysResult(0);
    }

    /// <summary>
    /// While the kernel tries to move a page, and fails because it is pinned, its entry says "not present"
    /// for a moment (page migration).
    /// </summary>
    private static bool IsUnderWay(SysResult read, ulong[] entries)
    {
        if (read.IsError || Array.TrueForAll(entries, entry => (entry & PageMapFile.Present) != 0)) return false;
        Thread.Sleep(1);
        return true;
    }

    private static FrameReading Decode(ulong[] frames, SysResult read)
    {
        // Not permitted, or no /proc: then nothing is known, which a block may be obtained with. Any other
        // error hides what could be known.
        bool isRefused = read.Errno is Errno.EPERM or Errno.EACCES or Errno.ENOENT;
        AllocationFailure? failure = !read.IsError || isRefused ? null : FrameFailures.NotRead(read.Errno);

        bool readable = !read.IsError
            && Array.TrueForAll(frames, entry => (entry & PageMapFile.Present) != 0 && (entry & PageMapFile.FrameMask) != 0);
        for (int i = 0; i < frames.Length; i++)
            frames[i] = readable ? (frames[i] & PageMapFile.FrameMask) << Page.Shift : PageEntry.Unknown;
        return new FrameReading(frames, isRefused ? read.Errno : Errno.None, failure);
    }
}
