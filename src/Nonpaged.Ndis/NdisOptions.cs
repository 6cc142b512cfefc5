namespace Nonpaged.Ndis;

/// <summary>How an instance of NDIS behaves where the documents leave a choice.</summary>
public sealed record NdisOptions
{
    /// <summary>Which version of the documents holds.</summary>
    public NdisProfile Profile { get; init; } = NdisProfile.Ddk;

    /// <summary>
    /// NDIS_MEMORY_NONCACHED and PAGE_NOCACHE demand memory that the CPU does not cache. Otherwise coherent memory satisfies them: what the
    /// documents promise is that no cache need be flushed around DMA.
    /// </summary>
    public bool StrictNoncached { get; init; }

    /// <summary>A breach of the rules that bind drivers (clauses C12 and C16) makes the call fail. Otherwise it is reported only.</summary>
    public bool RefuseBreaches { get; init; }

    /// <summary>Keeps the record of every call that asked for memory, also after the memory was freed.</summary>
    public bool KeepJournal { get; init; }
}
