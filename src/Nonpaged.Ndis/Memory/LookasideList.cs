using System.Collections.Concurrent;

namespace Nonpaged.Ndis;

/// <summary>What NdisInitializeNPagedLookasideList initialized.</summary>
internal sealed class LookasideList(Driver owner, uint size, bool isRecorded)
{
    public Driver Owner { get; } = owner;

    public uint Size { get; } = size;

    public NDIS_HANDLE Handle { get; set; }

    /// <summary>Which blocks are out, so that the list's own are told from others; null where no block is recorded.</summary>
    public ConcurrentDictionary<nint, byte>? Taken { get; } = isRecorded ? new() : null;
}
