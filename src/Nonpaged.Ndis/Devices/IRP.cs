using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>IRP of ntio.h: a request to a driver. Its stack locations follow it.</summary>
[StructLayout(LayoutKind.Explicit, Size = 0xd0)]
internal unsafe struct IRP
{
    public const short IO_TYPE_IRP = 6;

    [FieldOffset(0x00)]
    public short Type;
    [FieldOffset(0x02)]
    public ushort Size;
    [FieldOffset(0x08)]
    public NDIS_BUFFER* MdlAddress;
    [FieldOffset(0x10)]
    public uint Flags;
    [FieldOffset(0x18)]
    public void* SystemBuffer;
    [FieldOffset(0x20)]
    public void* ThreadListFlink;
    [FieldOffset(0x28)]
    public void* ThreadListBlink;
    [FieldOffset(0x30)]
    public IO_STATUS_BLOCK IoStatus;
    [FieldOffset(0x40)]
    public byte RequestorMode;
    [FieldOffset(0x41)]
    public byte PendingReturned;
    [FieldOffset(0x42)]
    public sbyte StackCount;
    [FieldOffset(0x43)]
    public sbyte CurrentLocation;
    [FieldOffset(0x44)]
    public byte Cancel;
    [FieldOffset(0x45)]
    public byte CancelIrql;
    [FieldOffset(0x68)]
    public delegate* unmanaged<DEVICE_OBJECT*, IRP*, void> CancelRoutine;
    [FieldOffset(0x70)]
    public void* UserBuffer;
    [FieldOffset(0xb8)]
    public IO_STACK_LOCATION* CurrentStackLocation;
    [FieldOffset(0xc0)]
    public FILE_OBJECT* OriginalFileObject;

    /// <summary>The length in bytes with so many stack locations: IoSizeOfIrp.</summary>
    public static int SizeFor(int stackSize) => sizeof(IRP) + (stackSize * sizeof(IO_STACK_LOCATION));

    /// <summary>IoInitializeIrp: no parameters, and the current location above all others.</summary>
    public static void Initialize(IRP* irp, int size, int stackSize)
    {
        NativeMemory.Clear(irp, (nuint)SizeFor(stackSize));
        irp->Type = IO_TYPE_IRP;
        irp->Size = (ushort)size;
        irp->StackCount = (sbyte)stackSize;
        irp->CurrentLocation = (sbyte)(stackSize + 1);
        irp->CurrentStackLocation = (IO_STACK_LOCATION*)(irp + 1) + stackSize;
        irp->ThreadListFlink = irp->ThreadListBlink = &irp->ThreadListFlink;
    }

    /// <summary>IoSetCancelRoutine.</summary>
    public static delegate* unmanaged<DEVICE_OBJECT*, IRP*, void> TakeCancelRoutine(IRP* irp) =>
        (delegate* unmanaged<DEVICE_OBJECT*, IRP*, void>)Interlocked.Exchange(ref *(nint*)&irp->CancelRoutine, 0);
}
