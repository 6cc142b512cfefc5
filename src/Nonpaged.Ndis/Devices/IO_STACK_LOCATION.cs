using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>IO_STACK_LOCATION of ntio.h: a request's parameters for one driver.</summary>
[StructLayout(LayoutKind.Explicit, Size = 0x48)]
internal unsafe struct IO_STACK_LOCATION
{
    public const byte SL_PENDING_RETURNED = 0x01;
    public const byte SL_INVOKE_ON_CANCEL = 0x20;
    public const byte SL_INVOKE_ON_SUCCESS = 0x40;
    public const byte SL_INVOKE_ON_ERROR = 0x80;

    [FieldOffset(0x00)]
    public byte MajorFunction;
    [FieldOffset(0x01)]
    public byte MinorFunction;
    [FieldOffset(0x02)]
    public byte Flags;
    [FieldOffset(0x03)]
    public byte Control;

    /// <summary>Of a read or write.</summary>
    [FieldOffset(0x08)]
    public uint Length;

    /// <summary>Of a read or write.</summary>
    [FieldOffset(0x18)]
    public long ByteOffset;

    /// <summary>Of IRP_MJ_DEVICE_CONTROL.</summary>
    [FieldOffset(0x08)]
    public uint OutputBufferLength;

    /// <summary>Of IRP_MJ_DEVICE_CONTROL.</summary>
    [FieldOffset(0x10)]
    public uint InputBufferLength;

    /// <summary>Of IRP_MJ_DEVICE_CONTROL.</summary>
    [FieldOffset(0x18)]
    public uint IoControlCode;

    /// <summary>Of IRP_MJ_DEVICE_CONTROL with METHOD_NEITHER.</summary>
    [FieldOffset(0x20)]
    public void* Type3InputBuffer;

    [FieldOffset(0x28)]
    public DEVICE_OBJECT* DeviceObject;
    [FieldOffset(0x30)]
    public FILE_OBJECT* FileObject;
    [FieldOffset(0x38)]
    public delegate* unmanaged<DEVICE_OBJECT*, IRP*, void*, NTSTATUS> CompletionRoutine;
    [FieldOffset(0x40)]
    public void* Context;
}
