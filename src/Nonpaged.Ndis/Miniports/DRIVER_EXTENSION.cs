using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>DRIVER_EXTENSION of wdm.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct DRIVER_EXTENSION
{
    public DRIVER_OBJECT* DriverObject;
    public void* AddDevice;
    public uint Count;
    public NDIS_STRING ServiceKeyName;
}
