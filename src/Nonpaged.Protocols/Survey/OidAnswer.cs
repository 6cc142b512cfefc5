namespace Nonpaged.Protocols;

/// <summary>What a miniport answered when it was asked for an OID.</summary>
/// <param name="Oid">The object identifier.</param>
/// <param name="Name">Its name in the documents.</param>
/// <param name="Status">The answer's status.</param>
/// <param name="Value">The answer's bytes; empty where it failed.</param>
public sealed record OidAnswer(uint Oid, string Name, NDIS_STATUS Status, IReadOnlyList<byte> Value);
