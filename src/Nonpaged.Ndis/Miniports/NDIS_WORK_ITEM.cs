using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// Work that NdisScheduleWorkItem puts off to PASSIVE_LEVEL. Its storage stays in place until its function runs.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 80)]
public unsafe struct NDIS_WORK_ITEM
{
    /// <summary>The function's second argument.</summary>
    public void* Context;

    internal NDIS_HANDLE WorkObject;
}
