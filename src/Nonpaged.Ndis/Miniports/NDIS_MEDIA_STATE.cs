namespace Nonpaged.Ndis;

/// <summary>The answer to OID_GEN_MEDIA_CONNECT_STATUS.</summary>
public enum NDIS_MEDIA_STATE : uint
{
    /// <summary>The link is up.</summary>
    NdisMediaStateConnected = 0,

    /// <summary>The link is down.</summary>
    NdisMediaStateDisconnected = 1,
}
