using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>
/// DRIVER_OBJECT of wdm.h: what DriverEntry and the unload function get. Type, Size, DriverExtension and DriverName are set; a
/// driver may set DriverUnload and MajorFunction; DeviceObject is its last device; what belongs to a kernel's loader is zero.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct DRIVER_OBJECT
{
    /// <summary>IO_TYPE_DRIVER of wdm.h.</summary>
    public const short TypeOfDriver = 4;

    /// <summary>IRP_MJ_MAXIMUM_FUNCTION of wdm.h.</summary>
    public const int LastMajorFunction = 0x1b;

    public short Type;
    public short Size;
    public void* DeviceObject;
    public uint Flags;
    public void* DriverStart;
    public uint DriverSize;
    public void* DriverSection;
    public DRIVER_EXTENSION* DriverExtension;
    public NDIS_STRING DriverName;
    public NDIS_STRING* HardwareDatabase;
    public void* FastIoDispatch;
    public void* DriverInit;
    public void* DriverStartIo;
    public delegate* unmanaged<void*, void> DriverUnload;
    public fixed ulong MajorFunction[28];
}
