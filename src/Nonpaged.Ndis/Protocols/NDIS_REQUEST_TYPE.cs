namespace Nonpaged.Ndis;

/// <summary>What a request does.</summary>
public enum NDIS_REQUEST_TYPE : uint
{
    /// <summary>Asks for an OID's value.</summary>
    NdisRequestQueryInformation = 0,

    /// <summary>Sets an OID's value.</summary>
    NdisRequestSetInformation = 1,

    /// <summary>Asks for a statistic.</summary>
    NdisRequestQueryStatistics = 2,
}
