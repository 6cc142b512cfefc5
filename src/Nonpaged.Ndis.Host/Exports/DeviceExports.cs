using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>ntio.h: devices, and requests of programs to them.</summary>
internal static unsafe class DeviceExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(IoCompleteRequest))]
    public static void IoCompleteRequest(IRP* Irp, sbyte PriorityBoost)
    {
        using var call = NativeCall.Enter(nameof(IoCompleteRequest));
        // The IRP is the system's when the call returns.
        (uint status, nuint information) = CallTrace.IsOn ? ((uint)Irp->IoStatus.Status, Irp->IoStatus.Information) : default;
        IoLibrary.IoCompleteRequest(Irp);
        call.Trace($"Irp={Irp} PriorityBoost={(int)PriorityBoost} Status={status} Information={(nint)information}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoAcquireCancelSpinLock))]
    public static void IoAcquireCancelSpinLock(byte* Irql)
    {
        using var call = NativeCall.Enter(nameof(IoAcquireCancelSpinLock));
        IoLibrary.IoAcquireCancelSpinLock(out Irql before);
        *Irql = (byte)before;
        call.Trace($"Irql={before}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoReleaseCancelSpinLock))]
    public static void IoReleaseCancelSpinLock(byte Irql)
    {
        using var call = NativeCall.Enter(nameof(IoReleaseCancelSpinLock));
        IoLibrary.IoReleaseCancelSpinLock((Irql)Irql);
        call.Trace($"Irql={(Irql)Irql}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoCancelIrp))]
    public static byte IoCancelIrp(IRP* Irp)
    {
        using var call = NativeCall.Enter(nameof(IoCancelIrp));
        byte cancelled = IoLibrary.IoCancelIrp(Irp) ? (byte)1 : (byte)0;
        call.Trace($"Irp={Irp} ={cancelled}");
        return cancelled;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoAllocateIrp))]
    public static IRP* IoAllocateIrp(sbyte StackSize, byte ChargeQuota)
    {
        using var call = NativeCall.Enter(nameof(IoAllocateIrp));
        IRP* irp = IoLibrary.IoAllocateIrp(StackSize);
        call.Trace($"StackSize={(int)StackSize} ChargeQuota={ChargeQuota} ={irp}");
        return irp;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoFreeIrp))]
    public static void IoFreeIrp(IRP* Irp)
    {
        using var call = NativeCall.Enter(nameof(IoFreeIrp));
        IoLibrary.IoFreeIrp(Irp);
        call.Trace($"Irp={Irp}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoInitializeIrp))]
    public static void IoInitializeIrp(IRP* Irp, ushort PacketSize, sbyte StackSize)
    {
        using var call = NativeCall.Enter(nameof(IoInitializeIrp));
        IoLibrary.IoInitializeIrp(Irp, PacketSize, StackSize);
        call.Trace($"Irp={Irp} PacketSize={PacketSize} StackSize={(int)StackSize}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoReuseIrp))]
    public static void IoReuseIrp(IRP* Irp, uint Status)
    {
        using var call = NativeCall.Enter(nameof(IoReuseIrp));
        IoLibrary.IoReuseIrp(Irp, (NTSTATUS)Status);
        call.Trace($"Irp={Irp} Status={Status}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoCallDriver))]
    public static uint IoCallDriver(DEVICE_OBJECT* DeviceObject, IRP* Irp)
    {
        using var call = NativeCall.Enter(nameof(IoCallDriver));
        NTSTATUS status = IoLibrary.IoCallDriver(DeviceObject, Irp);
        call.Trace($"DeviceObject={DeviceObject} Irp={Irp} ={(NDIS_STATUS)status}");
        return (uint)status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoIs32bitProcess))]
    public static byte IoIs32bitProcess(IRP* Irp)
    {
        using var call = NativeCall.Enter(nameof(IoIs32bitProcess));
        byte answer = IoLibrary.IoIs32bitProcess(Irp) ? (byte)1 : (byte)0;
        call.Trace($"Irp={Irp} ={answer}");
        return answer;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMRegisterDevice))]
    public static NDIS_STATUS NdisMRegisterDevice(
        nint NdisWrapperHandle,
        NDIS_STRING* DeviceName,
        NDIS_STRING* SymbolicName,
        void** MajorFunctions,
        DEVICE_OBJECT** pDeviceObject,
        NDIS_HANDLE* NdisDeviceHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisMRegisterDevice));
        NDIS_STATUS status = IoLibrary.NdisMRegisterDevice(
            new NDIS_HANDLE(NdisWrapperHandle), DeviceName, SymbolicName, MajorFunctions, out DEVICE_OBJECT* device,
            out NDIS_HANDLE handle);
        *pDeviceObject = device;
        *NdisDeviceHandle = handle;
        call.Trace($"NdisWrapperHandle={NdisWrapperHandle} DeviceName={NDIS_STRING.Text(DeviceName)} "
            + $"SymbolicName={NDIS_STRING.Text(SymbolicName)} pDeviceObject={device} NdisDeviceHandle={handle} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisMDeregisterDevice))]
    public static NDIS_STATUS NdisMDeregisterDevice(nint NdisDeviceHandle)
    {
        using var call = NativeCall.Enter(nameof(NdisMDeregisterDevice));
        NDIS_STATUS status = IoLibrary.NdisMDeregisterDevice(new NDIS_HANDLE(NdisDeviceHandle));
        call.Trace($"NdisDeviceHandle={NdisDeviceHandle} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoCreateDevice))]
    public static uint IoCreateDevice(
        DRIVER_OBJECT* DriverObject,
        uint DeviceExtensionSize,
        NDIS_STRING* DeviceName,
        uint DeviceType,
        uint DeviceCharacteristics,
        byte Exclusive,
        DEVICE_OBJECT** DeviceObject)
    {
        using var call = NativeCall.Enter(nameof(IoCreateDevice));
        NTSTATUS status = IoLibrary.IoCreateDevice(
            DriverObject, DeviceExtensionSize, DeviceName, DeviceType, DeviceCharacteristics, Exclusive != 0,
            out DEVICE_OBJECT* device);
        *DeviceObject = device;
        call.Trace($"DriverObject={DriverObject} DeviceExtensionSize={DeviceExtensionSize} "
            + $"DeviceName={NDIS_STRING.Text(DeviceName)} DeviceType={DeviceType} "
            + $"DeviceCharacteristics={DeviceCharacteristics} Exclusive={Exclusive} DeviceObject={device} "
            + $"={(NDIS_STATUS)status}");
        return (uint)status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoDeleteDevice))]
    public static void IoDeleteDevice(DEVICE_OBJECT* DeviceObject)
    {
        using var call = NativeCall.Enter(nameof(IoDeleteDevice));
        IoLibrary.IoDeleteDevice(DeviceObject);
        call.Trace($"DeviceObject={DeviceObject}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoCreateSymbolicLink))]
    public static uint IoCreateSymbolicLink(NDIS_STRING* SymbolicLinkName, NDIS_STRING* DeviceName)
    {
        using var call = NativeCall.Enter(nameof(IoCreateSymbolicLink));
        NTSTATUS status = IoLibrary.IoCreateSymbolicLink(SymbolicLinkName, DeviceName);
        call.Trace($"SymbolicLinkName={NDIS_STRING.Text(SymbolicLinkName)} DeviceName={NDIS_STRING.Text(DeviceName)} "
            + $"={(NDIS_STATUS)status}");
        return (uint)status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoDeleteSymbolicLink))]
    public static uint IoDeleteSymbolicLink(NDIS_STRING* SymbolicLinkName)
    {
        using var call = NativeCall.Enter(nameof(IoDeleteSymbolicLink));
        NTSTATUS status = IoLibrary.IoDeleteSymbolicLink(SymbolicLinkName);
        call.Trace($"SymbolicLinkName={NDIS_STRING.Text(SymbolicLinkName)} ={(NDIS_STATUS)status}");
        return (uint)status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoGetRelatedDeviceObject))]
    public static DEVICE_OBJECT* IoGetRelatedDeviceObject(FILE_OBJECT* FileObject)
    {
        using var call = NativeCall.Enter(nameof(IoGetRelatedDeviceObject));
        DEVICE_OBJECT* device = IoLibrary.IoGetRelatedDeviceObject(FileObject);
        call.Trace($"FileObject={FileObject} ={device}");
        return device;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoGetAttachedDevice))]
    public static DEVICE_OBJECT* IoGetAttachedDevice(DEVICE_OBJECT* DeviceObject)
    {
        using var call = NativeCall.Enter(nameof(IoGetAttachedDevice));
        DEVICE_OBJECT* device = IoLibrary.IoGetAttachedDevice(DeviceObject);
        call.Trace($"DeviceObject={DeviceObject} ={device}");
        return device;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoAttachDeviceToDeviceStack))]
    public static DEVICE_OBJECT* IoAttachDeviceToDeviceStack(DEVICE_OBJECT* SourceDevice, DEVICE_OBJECT* TargetDevice)
    {
        using var call = NativeCall.Enter(nameof(IoAttachDeviceToDeviceStack));
        DEVICE_OBJECT* below = IoLibrary.IoAttachDeviceToDeviceStack(SourceDevice, TargetDevice);
        call.Trace($"SourceDevice={SourceDevice} TargetDevice={TargetDevice} ={below}");
        return below;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoDetachDevice))]
    public static void IoDetachDevice(DEVICE_OBJECT* TargetDevice)
    {
        using var call = NativeCall.Enter(nameof(IoDetachDevice));
        IoLibrary.IoDetachDevice(TargetDevice);
        call.Trace($"TargetDevice={TargetDevice}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(IoGetDeviceProperty))]
    public static uint IoGetDeviceProperty(
        DEVICE_OBJECT* DeviceObject, uint DeviceProperty, uint BufferLength, void* PropertyBuffer, uint* ResultLength)
    {
        using var call = NativeCall.Enter(nameof(IoGetDeviceProperty));
        NTSTATUS status = IoLibrary.IoGetDeviceProperty(
            DeviceObject, DeviceProperty, BufferLength, PropertyBuffer, out uint length);
        *ResultLength = length;
        call.Trace($"DeviceObject={DeviceObject} DeviceProperty={DeviceProperty} BufferLength={BufferLength} "
            + $"PropertyBuffer={PropertyBuffer} ResultLength={length} ={(NDIS_STATUS)status}");
        return (uint)status;
    }
}
