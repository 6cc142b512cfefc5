namespace Nonpaged.Ndis;

/// <summary>
/// Which family of systems NDIS runs on: what NdisReadConfiguration answers for the predefined keyword Environment.
/// </summary>
public enum NDIS_ENVIRONMENT_TYPE
{
    /// <summary>Not Windows NT: here, Windows CE.</summary>
    NdisEnvironmentWindows = 0,

    /// <summary>Windows NT, 2000, XP.</summary>
    NdisEnvironmentWindowsNt = 1,
}
