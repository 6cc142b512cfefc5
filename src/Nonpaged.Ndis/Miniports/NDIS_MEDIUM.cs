namespace Nonpaged.Ndis;

/// <summary>The kind of network (NDIS 5, "NDIS_MEDIUM"). Its numbers are those of the C enumeration.</summary>
public enum NDIS_MEDIUM : uint
{
    /// <summary>Ethernet.</summary>
    NdisMedium802_3 = 0,

    /// <summary>Token ring.</summary>
    NdisMedium802_5 = 1,

    /// <summary>FDDI.</summary>
    NdisMediumFddi = 2,

    /// <summary>A wide area network.</summary>
    NdisMediumWan = 3,
}
