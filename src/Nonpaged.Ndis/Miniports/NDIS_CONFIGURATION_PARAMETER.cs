using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>A parameter of an adapter's configuration. It lives until NdisCloseConfiguration.</summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
public struct NDIS_CONFIGURATION_PARAMETER
{
    /// <summary>Which member of ParameterData holds.</summary>
    [FieldOffset(0)]
    public NDIS_PARAMETER_TYPE ParameterType;

    /// <summary>ParameterData.IntegerData.</summary>
    [FieldOffset(8)]
    public uint IntegerData;

    /// <summary>ParameterData.StringData.</summary>
    [FieldOffset(8)]
    public NDIS_STRING StringData;
}
