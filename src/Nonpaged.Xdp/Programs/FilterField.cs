namespace Nonpaged.Xdp;

/// <summary>What a filter looks at.</summary>
internal enum FilterField
{
    /// <summary>Behind VLAN tags.</summary>
    EtherType,

    /// <summary>The outermost tag's number.</summary>
    Vlan,

    /// <summary>Behind extension headers.</summary>
    Protocol,

    SourcePort,

    DestinationPort,
}
