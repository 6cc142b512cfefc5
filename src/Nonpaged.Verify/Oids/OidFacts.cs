namespace Nonpaged.Verify;

/// <summary>What values are held against.</summary>
/// <param name="Version">The version of NDIS that the miniport registered with, as 0x0500.</param>
/// <param name="Numbers">The answers that are numbers, by their OIDs.</param>
internal sealed record OidFacts(uint Version, IReadOnlyDictionary<uint, uint> Numbers)
{
    public uint? this[uint oid] => Numbers.TryGetValue(oid, out uint value) ? value : null;
}
