using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>DEVICE_OBJECT of ntio.h: a device of a driver. Its extension follows it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 0x150)]
internal unsafe struct DEVICE_OBJECT
{
    public const short IO_TYPE_DEVICE = 3;
    public const uint DO_BUFFERED_IO = 0x00000004;
    public const uint DO_EXCLUSIVE = 0x00000008;
    public const uint DO_DIRECT_IO = 0x00000010;
    public const uint DO_DEVICE_HAS_NAME = 0x00000040;
    public const uint DO_DEVICE_INITIALIZING = 0x00000080;

    [FieldOffset(0x00)]
    public short Type;
    [FieldOffset(0x02)]
    public ushort Size;
    [FieldOffset(0x04)]
    public int ReferenceCount;
    [FieldOffset(0x08)]
    public DRIVER_OBJECT* DriverObject;
    [FieldOffset(0x10)]
    public DEVICE_OBJECT* NextDevice;
    [FieldOffset(0x18)]
    public DEVICE_OBJECT* AttachedDevice;
    [FieldOffset(0x30)]
    public uint Flags;
    [FieldOffset(0x34)]
    public uint Characteristics;
    [FieldOffset(0x40)]
    public void* DeviceExtension;
    [FieldOffset(0x48)]
    public uint DeviceType;
    [FieldOffset(0x4c)]
    public sbyte StackSize;
    [FieldOffset(0x98)]
    public uint AlignmentRequirement;
}
