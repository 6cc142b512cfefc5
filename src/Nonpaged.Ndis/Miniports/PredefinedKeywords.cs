namespace Nonpaged.Ndis;

/// <summary>
/// The keywords that NdisReadConfiguration answers by itself (DDK, NdisReadConfiguration, "predefined entry names").
/// </summary>
internal static class PredefinedKeywords
{
    // ndis.h, NDIS_PROCESSOR_TYPE: NdisProcessorAmd64. Drivers here run as 64-bit code.
    private const uint ProcessorAmd64 = 4;

    /// <summary>The value, or null for a keyword that is the adapter's own.</summary>
    public static uint? Find(string keyword, NdisProfile profile) => keyword switch
    {
        "Environment" => (uint)(profile == NdisProfile.Ddk
            ? NDIS_ENVIRONMENT_TYPE.NdisEnvironmentWindowsNt
            : NDIS_ENVIRONMENT_TYPE.NdisEnvironmentWindows),
        "ProcessorType" => ProcessorAmd64,
        // Major version in the high word: CE 3.0 has NDIS 4.0, Windows XP and CE 5.0 have NDIS 5.1.
        "NdisVersion" => profile == NdisProfile.Ce3 ? 0x00040000u : 0x00050001u,
        _ => null,
    };

    /// <summary>The same of a text that the parameters do not have.</summary>
    public static string? FindText(string keyword, ParameterStore parameters) => keyword switch
    {
        // NDIS 5.1. A virtual miniport names its device after it.
        "MiniportName" when parameters.Adapter is { } adapter => AdapterNames.Device(adapter.Name),
        _ => null,
    };
}
