namespace Nonpaged.Drivers;

/// <summary>Reads what an adapter's configuration sets, during MiniportInitialize.</summary>
internal static unsafe class DriverParameters
{
    /// <summary>A number, or the default where it is not set.</summary>
    public static uint ReadNumber(NDIS_HANDLE wrapperConfiguration, string keyword, uint otherwise)
    {
        NdisOpenConfiguration(out NDIS_STATUS status, out NDIS_HANDLE configuration, wrapperConfiguration);
        if (status != NDIS_STATUS_SUCCESS) return otherwise;
        fixed (char* characters = keyword)
        {
            var name = new NDIS_STRING(characters, keyword.Length);
            NdisReadConfiguration(
                out status, out NDIS_CONFIGURATION_PARAMETER* value, configuration, &name,
                NDIS_PARAMETER_TYPE.NdisParameterInteger);
            uint number = status == NDIS_STATUS_SUCCESS ? value->IntegerData : otherwise;
            NdisCloseConfiguration(configuration);
            return number;
        }
    }

    /// <summary>NDIS is that of Windows NT and its successors, and not Windows CE's.</summary>
    public static bool IsWindowsNt(NDIS_HANDLE wrapperConfiguration) =>
        ReadNumber(wrapperConfiguration, "Environment", (uint)NDIS_ENVIRONMENT_TYPE.NdisEnvironmentWindows)
            == (uint)NDIS_ENVIRONMENT_TYPE.NdisEnvironmentWindowsNt;

    /// <summary>
    /// Replaces the address by the one that the parameter NetworkAddress sets, if it is one that an adapter may have.
    /// </summary>
    public static void ReadNetworkAddress(NDIS_HANDLE wrapperConfiguration, byte* address)
    {
        NdisOpenConfiguration(out NDIS_STATUS status, out NDIS_HANDLE configuration, wrapperConfiguration);
        if (status != NDIS_STATUS_SUCCESS) return;
        NdisReadNetworkAddress(out status, out void* configured, out uint length, configuration);
        // Bit 0 of the first byte marks a group address (IEEE 802.3, 3.2.3).
        if (status == NDIS_STATUS_SUCCESS && length == 6 && (*(byte*)configured & 1) == 0) NdisMoveMemory(address, configured, 6);
        NdisCloseConfiguration(configuration);
    }
}
