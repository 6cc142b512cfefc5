namespace Nonpaged.Ndis;

/// <summary>The error codes of NdisWriteErrorLogEntry, in words.</summary>
internal static class NdisErrorCode
{
    public static string Describe(uint code) => code switch
    {
        NdisLibrary.NDIS_ERROR_CODE_RESOURCE_CONFLICT => "its resources conflict with those of other hardware",
        NdisLibrary.NDIS_ERROR_CODE_OUT_OF_RESOURCES => "the memory or other resources that it needs could not be allocated",
        NdisLibrary.NDIS_ERROR_CODE_HARDWARE_FAILURE => "its hardware failed",
        NdisLibrary.NDIS_ERROR_CODE_ADAPTER_NOT_FOUND => "its adapter was not found",
        NdisLibrary.NDIS_ERROR_CODE_INTERRUPT_CONNECT => "its interrupt could not be connected",
        NdisLibrary.NDIS_ERROR_CODE_DRIVER_FAILURE => "it failed",
        NdisLibrary.NDIS_ERROR_CODE_BAD_VERSION => "it has the wrong version",
        NdisLibrary.NDIS_ERROR_CODE_TIMEOUT => "a time-out occurred",
        NdisLibrary.NDIS_ERROR_CODE_NETWORK_ADDRESS => "the network address that was configured is invalid",
        _ => $"error 0x{code:x8}",
    };
}
