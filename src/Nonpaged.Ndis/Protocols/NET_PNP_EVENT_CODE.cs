namespace Nonpaged.Ndis;

/// <summary>Events of power and of plug and play (NDIS 5, "ProtocolPnPEvent").</summary>
public enum NET_PNP_EVENT_CODE : uint
{
    /// <summary>The adapter goes to another power state.</summary>
    NetEventSetPower,

    /// <summary>May the adapter go to another power state?</summary>
    NetEventQueryPower,

    /// <summary>May the adapter be removed?</summary>
    NetEventQueryRemoveDevice,

    /// <summary>The adapter that was to be removed stays.</summary>
    NetEventCancelRemoveDevice,

    /// <summary>The protocol's parameters have changed.</summary>
    NetEventReconfigure,

    /// <summary>The order of the protocol's bindings has changed.</summary>
    NetEventBindList,

    /// <summary>The protocol has been offered all adapters that there are.</summary>
    NetEventBindsComplete,

    /// <summary>What the adapter can do to wake the system has changed.</summary>
    NetEventPnPCapabilities,
}
