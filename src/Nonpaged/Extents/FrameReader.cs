using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>Reads where the kernel put pages. Valid as long as they are pinned: read after the pin, and never again.</summary>
internal static unsafe class FrameReader
{
    /// <summary>The physical address of each page of a range; all unknown where frame numbers may not be read.</summary>
    public static ulong[] Read(nuint start, nuint length)
    {
        var frames = new ulong[length >> Page.Shift];
        SysResult read = PageMapFile.Read((void*)start, frames);
        bool readable = !read.IsError && Array.TrueForAll(frames, entry => (entry & PageMapFile.Present) != 0 && (entry & PageMapFile.FrameMask) != 0);
        for (int i = 0; i < frames.Length; i++)
            frames[i] = readable ? (frames[i] & PageMapFile.FrameMask) << Page.Shift : PageEntry.Unknown;
        return frames;
    }

    /// <summary>Each aligned 2 MiB unit is one physically contiguous piece, so far as the frame numbers tell.</summary>
    public static bool IsContiguousInUnits(ulong[] frames, nuint unit)
    {
        int pages = (int)(unit >> Page.Shift);
        for (int i = 1; i < frames.Length; i++)
        {
            if (i % pages != 0 && frames[i] != frames[i - 1] + Page.Size) return false;
        }

        return true;
    }

    /// <summary>The kernel maps the whole range by huge pages (PAGEMAP_SCAN), which an ordinary user may ask.</summary>
    public static bool IsHugeMapped(nuint start, nuint length)
    {
        nuint step = PageMapFile.MaxRegions * HostExtents.HugePage;
        for (nuint done = 0; done < length; done += step)
        {
            nuint part = nuint.Min(step, length - done);
            SysResult huge = PageMapFile.CountHugeMapped((void*)(start + done), part);
            if (huge.IsError || (nuint)huge.Value != part) return false;
        }

        return true;
    }
}
