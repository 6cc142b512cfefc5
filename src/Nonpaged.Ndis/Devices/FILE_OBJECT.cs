using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>FILE_OBJECT of ntio.h: a device as one program has it open.</summary>
[StructLayout(LayoutKind.Explicit, Size = 0xd8)]
internal unsafe struct FILE_OBJECT
{
    public const short IO_TYPE_FILE = 5;

    [FieldOffset(0x00)]
    public short Type;
    [FieldOffset(0x02)]
    public short Size;
    [FieldOffset(0x08)]
    public DEVICE_OBJECT* DeviceObject;
    [FieldOffset(0x18)]
    public void* FsContext;
    [FieldOffset(0x20)]
    public void* FsContext2;
    [FieldOffset(0x4a)]
    public byte ReadAccess;
    [FieldOffset(0x4b)]
    public byte WriteAccess;
    [FieldOffset(0x58)]
    public NDIS_STRING FileName;
}
