namespace Nonpaged.Ndis;

/// <summary>CmResourceTypeXxx: what a resource descriptor describes.</summary>
public enum CM_RESOURCE_TYPE : byte
{
    /// <summary>Nothing.</summary>
    CmResourceTypeNull = 0,

    /// <summary>I/O ports.</summary>
    CmResourceTypePort = 1,

    /// <summary>An interrupt.</summary>
    CmResourceTypeInterrupt = 2,

    /// <summary>Memory-mapped registers.</summary>
    CmResourceTypeMemory = 3,
}
