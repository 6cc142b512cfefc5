namespace Nonpaged.Ndis;

/// <summary>The bus that an adapter sits on (NdisMSetAttributes, AdapterType).</summary>
public enum NDIS_INTERFACE_TYPE
{
    /// <summary>None: the adapter has no bus of its own.</summary>
    NdisInterfaceInternal = 0,

    /// <summary>ISA.</summary>
    NdisInterfaceIsa = 1,

    /// <summary>EISA.</summary>
    NdisInterfaceEisa = 2,

    /// <summary>PCI.</summary>
    NdisInterfacePci = 5,

    /// <summary>PC Card.</summary>
    NdisInterfacePcMcia = 8,
}
