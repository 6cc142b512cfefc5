using System.Collections.Concurrent;

namespace Nonpaged.Ndis;

/// <summary>What NdisInitializeNPagedLookasideList initialized: which blocks are out, so that a foreign or second free harms nobody.</summary>
internal sealed class LookasideList(Driver owner, uint size)
{
    public Driver Owner { get; } = owner;

    public uint Size { get; } = size;

    public ConcurrentDictionary<nint, byte> Taken { get; } = new();
}
