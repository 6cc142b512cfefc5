namespace Nonpaged.Ndis;

/// <summary>What a caller of NDIS is. The documents bind each kind by other rules.</summary>
public enum DriverKind
{
    /// <summary>A plain program, which is not bound by the rules for drivers.</summary>
    Program,

    /// <summary>A network adapter's driver.</summary>
    Miniport,

    /// <summary>A driver that sits on top of adapters.</summary>
    Protocol,
}
