namespace Nonpaged.Ndis;

/// <summary>
/// Clause C16: a driver should never ask for more noncached memory than it needs. Such memory is handed out as zeros, so a page
/// that still is all zeros when it comes back was in all likelihood never touched by driver or device.
/// </summary>
internal static unsafe class NoncachedUse
{
    /// <summary>Below this nobody is short of anything.</summary>
    private const int SmallestWasteInPages = 64;

    public static void Check(NdisInstance instance, CallContext context, NdisAllocation allocation, MemoryBlock block)
    {
        bool isNoncached = allocation.Family == MemoryCall.NdisMemory
            && (allocation.Flags & NdisLibrary.NDIS_MEMORY_NONCACHED) != 0;
        // A driver that gives up in initialization had no occasion to use its memory.
        if (!isNoncached || context.Initializing) return;
        int pages = (int)((block.Length + Page.Size - 1) / Page.Size);
        int untouched = 0;
        using (instance.Pool.Hold())
        {
            for (int i = 0; i < pages; i++)
            {
                int length = (int)nuint.Min(Page.Size, block.Length - (nuint)i * Page.Size);
                byte* page = (byte*)block.LastStart + (nint)i * Page.Size;
                if (new ReadOnlySpan<byte>(page, length).IndexOfAnyExcept((byte)0) < 0) untouched++;
            }
        }

        if (untouched < SmallestWasteInPages || untouched < pages - pages / 4) return;
        instance.Report(
            NdisReportKind.NoncachedMemoryUnused, allocation.Call, allocation.Driver,
            $"asked for {allocation.Length} bytes of noncached memory, of whose {pages} pages {untouched} were never touched; "
                + "expected no more than the driver needs (C16).");
    }
}
