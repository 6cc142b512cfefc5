namespace Nonpaged.Ndis;

/// <summary>What a configuration parameter holds.</summary>
public enum NDIS_PARAMETER_TYPE
{
    /// <summary>A number.</summary>
    NdisParameterInteger = 0,

    /// <summary>A number written in hexadecimal.</summary>
    NdisParameterHexInteger = 1,

    /// <summary>A string.</summary>
    NdisParameterString = 2,
}
