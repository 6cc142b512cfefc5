namespace Nonpaged.Ndis;

/// <summary>How MemoryFlags and HighestAcceptableAddress of NdisAllocateMemory become a request, by profile.</summary>
internal static class MemoryFlags
{
    private const uint Known = NdisLibrary.NDIS_MEMORY_CONTIGUOUS | NdisLibrary.NDIS_MEMORY_NONCACHED;

    /// <summary>The names of the flags that are set.</summary>
    public static IReadOnlyList<string> Names(uint flags)
    {
        var names = new List<string>();
        if ((flags & NdisLibrary.NDIS_MEMORY_CONTIGUOUS) != 0) names.Add("CONTIGUOUS");
        if ((flags & NdisLibrary.NDIS_MEMORY_NONCACHED) != 0) names.Add("NONCACHED");
        if ((flags & ~Known) != 0) names.Add($"0x{flags & ~Known:x}");
        return names;
    }

    /// <summary>Why the call cannot be served whatever memory there is, or null.</summary>
    public static AllocationFailure? Refuse(uint flags, NdisProfile profile)
    {
        if ((flags & ~Known) != 0)
        {
            return new AllocationFailure(FailureKind.InvalidRequest,
                $"MemoryFlags 0x{flags:x} has bits that no document defines.",
                "NDIS_MEMORY_CONTIGUOUS (0x1) and NDIS_MEMORY_NONCACHED (0x2)", "pass 0 or a mask of these");
        }

        if ((flags & NdisLibrary.NDIS_MEMORY_CONTIGUOUS) != 0 && profile == NdisProfile.Ce5)
        {
            return new AllocationFailure(FailureKind.InvalidRequest,
                "NDIS_MEMORY_CONTIGUOUS is not supported by Windows CE .NET and later, whose documents the profile ce5 follows.",
                "the profile",
                "allocate it with NdisMAllocateSharedMemory or AllocPhysMem, or use the profile ddk");
        }

        return null;
    }

    /// <summary>The request for a call that may be served.</summary>
    public static MemoryRequest ToRequest(uint length, uint flags, PhysicalAddress highest, NdisOptions options)
    {
        bool contiguous = (flags & NdisLibrary.NDIS_MEMORY_CONTIGUOUS) != 0 && options.Profile == NdisProfile.Ddk;
        bool noncached = (flags & NdisLibrary.NDIS_MEMORY_NONCACHED) != 0;
        return new MemoryRequest(length)
        {
            Contiguous = contiguous,
            HighestAcceptableAddress = highest,
            Caching = !noncached ? Caching.Any : options.StrictNoncached ? options.StrictCaching : Caching.Coherent,
            WholePages = flags != 0 || highest != PhysicalAddress.Max,
        };
    }
}
