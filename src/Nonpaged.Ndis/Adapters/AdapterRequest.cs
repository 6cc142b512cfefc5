namespace Nonpaged.Ndis;

/// <summary>A query or set of an OID on its way to a miniport.</summary>
/// <param name="Oid">The object identifier.</param>
/// <param name="IsSet">A set; otherwise a query.</param>
/// <param name="Buffer">The information buffer; lives until <paramref name="Done"/> ran, at least.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Done">Gets the status, the bytes written or read, and the bytes needed. Runs in the adapter's turn.</param>
internal sealed record AdapterRequest(uint Oid, bool IsSet, nint Buffer, uint Length, Action<NDIS_STATUS, uint, uint> Done)
{
    /// <summary>With a buffer of NDIS's own, which <paramref name="done"/> ends.</summary>
    public AdapterRequest(uint oid, bool isSet, RequestMemory memory, Action<NDIS_STATUS, uint, uint> done)
        : this(oid, isSet, memory.Address, memory.Length, done) => Memory = memory;

    /// <summary>What the buffer lies in; null where it is a driver's.</summary>
    public RequestMemory? Memory { get; }
}
