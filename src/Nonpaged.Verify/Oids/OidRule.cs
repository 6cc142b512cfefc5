namespace Nonpaged.Verify;

/// <summary>What the documents say of an OID that is asked for.</summary>
/// <param name="Oid">The object.</param>
/// <param name="Name">Its name.</param>
/// <param name="Length">The bytes of its value; 0 for any.</param>
/// <param name="Mandatory">Each Ethernet miniport of NDIS 5 has it.</param>
/// <param name="Check">What is wrong with a value; null where nothing is.</param>
internal sealed record OidRule(uint Oid, string Name, int Length, bool Mandatory, Func<byte[], OidFacts, string?>? Check = null);
