namespace Nonpaged.Ndis.Host.Tests;

/// <summary>The structures of ntio.h as C# has them, and as Windows has them on x86-64.</summary>
internal static unsafe class DeviceLayouts
{
    public static (string C, long Value)[] Expected()
    {
        IRP irp;
        IO_STACK_LOCATION location;
        FILE_OBJECT file;
        DEVICE_OBJECT device;
        DRIVER_OBJECT driver;
        return
        [
            ("sizeof(DRIVER_OBJECT)", sizeof(DRIVER_OBJECT)),
            ("offsetof(DRIVER_OBJECT, DeviceObject)", Offset(&driver, &driver.DeviceObject)),
            ("offsetof(DRIVER_OBJECT, MajorFunction)", Offset(&driver, driver.MajorFunction)),
            ("IRP_MJ_MAXIMUM_FUNCTION", DRIVER_OBJECT.LastMajorFunction),
            ("sizeof(IRP)", sizeof(IRP)),
            ("sizeof(IRP)", 0xd0),
            ("IoSizeOfIrp(3)", IRP.SizeFor(3)),
            ("offsetof(IRP, MdlAddress)", Offset(&irp, &irp.MdlAddress)),
            ("offsetof(IRP, AssociatedIrp.SystemBuffer)", Offset(&irp, &irp.SystemBuffer)),
            ("offsetof(IRP, ThreadListEntry)", Offset(&irp, &irp.ThreadListFlink)),
            ("offsetof(IRP, IoStatus)", Offset(&irp, &irp.IoStatus)),
            ("offsetof(IRP, IoStatus.Information)", Offset(&irp, &irp.IoStatus.Information)),
            ("offsetof(IRP, RequestorMode)", Offset(&irp, &irp.RequestorMode)),
            ("offsetof(IRP, PendingReturned)", Offset(&irp, &irp.PendingReturned)),
            ("offsetof(IRP, StackCount)", Offset(&irp, &irp.StackCount)),
            ("offsetof(IRP, CurrentLocation)", Offset(&irp, &irp.CurrentLocation)),
            ("offsetof(IRP, Cancel)", Offset(&irp, &irp.Cancel)),
            ("offsetof(IRP, CancelIrql)", Offset(&irp, &irp.CancelIrql)),
            ("offsetof(IRP, CancelRoutine)", Offset(&irp, &irp.CancelRoutine)),
            ("offsetof(IRP, UserBuffer)", Offset(&irp, &irp.UserBuffer)),
            ("offsetof(IRP, Tail.Overlay.CurrentStackLocation)", Offset(&irp, &irp.CurrentStackLocation)),
            ("offsetof(IRP, Tail.Overlay.OriginalFileObject)", Offset(&irp, &irp.OriginalFileObject)),
            ("sizeof(IO_STATUS_BLOCK)", sizeof(IO_STATUS_BLOCK)),
            ("sizeof(IO_STACK_LOCATION)", sizeof(IO_STACK_LOCATION)),
            ("offsetof(IO_STACK_LOCATION, Control)", Offset(&location, &location.Control)),
            ("offsetof(IO_STACK_LOCATION, Parameters.Create.FileAttributes)", 24),
            ("offsetof(IO_STACK_LOCATION, Parameters.Create.EaLength)", 32),
            ("offsetof(IO_STACK_LOCATION, Parameters.Read.Length)", Offset(&location, &location.Length)),
            ("offsetof(IO_STACK_LOCATION, Parameters.Read.ByteOffset)", Offset(&location, &location.ByteOffset)),
            ("offsetof(IO_STACK_LOCATION, Parameters.Write.ByteOffset)", Offset(&location, &location.ByteOffset)),
            ("offsetof(IO_STACK_LOCATION, Parameters.DeviceIoControl.OutputBufferLength)", Offset(
                &location, &location.OutputBufferLength)),
            ("offsetof(IO_STACK_LOCATION, Parameters.DeviceIoControl.InputBufferLength)", Offset(
                &location, &location.InputBufferLength)),
            ("offsetof(IO_STACK_LOCATION, Parameters.DeviceIoControl.IoControlCode)", Offset(&location, &location.IoControlCode)),
            ("offsetof(IO_STACK_LOCATION, Parameters.DeviceIoControl.Type3InputBuffer)", Offset(
                &location, &location.Type3InputBuffer)),
            ("offsetof(IO_STACK_LOCATION, DeviceObject)", Offset(&location, &location.DeviceObject)),
            ("offsetof(IO_STACK_LOCATION, FileObject)", Offset(&location, &location.FileObject)),
            ("offsetof(IO_STACK_LOCATION, CompletionRoutine)", Offset(&location, &location.CompletionRoutine)),
            ("offsetof(IO_STACK_LOCATION, Context)", Offset(&location, &location.Context)),
            ("sizeof(FILE_OBJECT)", sizeof(FILE_OBJECT)),
            ("offsetof(FILE_OBJECT, DeviceObject)", Offset(&file, &file.DeviceObject)),
            ("offsetof(FILE_OBJECT, FsContext)", Offset(&file, &file.FsContext)),
            ("offsetof(FILE_OBJECT, FsContext2)", Offset(&file, &file.FsContext2)),
            ("offsetof(FILE_OBJECT, ReadAccess)", Offset(&file, &file.ReadAccess)),
            ("offsetof(FILE_OBJECT, FileName)", Offset(&file, &file.FileName)),
            ("sizeof(DEVICE_OBJECT)", sizeof(DEVICE_OBJECT)),
            ("offsetof(DEVICE_OBJECT, DriverObject)", Offset(&device, &device.DriverObject)),
            ("offsetof(DEVICE_OBJECT, AttachedDevice)", Offset(&device, &device.AttachedDevice)),
            ("offsetof(DEVICE_OBJECT, Flags)", Offset(&device, &device.Flags)),
            ("offsetof(DEVICE_OBJECT, DeviceExtension)", Offset(&device, &device.DeviceExtension)),
            ("offsetof(DEVICE_OBJECT, DeviceType)", Offset(&device, &device.DeviceType)),
            ("offsetof(DEVICE_OBJECT, StackSize)", Offset(&device, &device.StackSize)),
            ("offsetof(DEVICE_OBJECT, AlignmentRequirement)", Offset(&device, &device.AlignmentRequirement)),
        ];
    }

    private static long Offset(void* structure, void* field) => (byte*)field - (byte*)structure;
}
