namespace Nonpaged.Ndis;

/// <summary>Devices, their names, and stacks of them.</summary>
internal static unsafe partial class IoLibrary
{
    private const uint FileDeviceNetwork = 0x12;
    private const uint FileDeviceSecureOpen = 0x100;

    /// <summary>
    /// NDIS makes a device and a link to it, whose requests go to functions of its own: MajorFunctions has one for each
    /// IRP_MJ_..., or NULL. A program opens it by either name.
    /// </summary>
    public static NDIS_STATUS NdisMRegisterDevice(
        NDIS_HANDLE NdisWrapperHandle,
        NDIS_STRING* DeviceName,
        NDIS_STRING* SymbolicName,
        void** MajorFunctions,
        out DEVICE_OBJECT* pDeviceObject,
        out NDIS_HANDLE NdisDeviceHandle)
    {
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        pDeviceObject = null;
        NdisDeviceHandle = default;
        if (context.Instance.Handles.Get<DriverRegistration>(NdisWrapperHandle) is not { } registration)
        {
            Report(NdisReportKind.BadHandle, nameof(NdisMRegisterDevice),
                $"0x{NdisWrapperHandle.Value:x} is not the handle that NdisMInitializeWrapper gave.");
            return NDIS_STATUS_FAILURE;
        }

        if (NdisLibrary.IsShort(nameof(NdisMRegisterDevice))) return NDIS_STATUS_RESOURCES;
        nint[] functions = new nint[DRIVER_OBJECT.LastMajorFunction + 1];
        for (int major = 0; major < functions.Length; major++) functions[major] = (nint)MajorFunctions[major];
        DeviceTable devices = context.Instance.Devices;
        string link = NDIS_STRING.Text(SymbolicName);
        NTSTATUS status = devices.Add(
            new DeviceRequest
            {
                Driver = registration.Driver,
                DriverObject = (DRIVER_OBJECT*)registration.DriverObject,
                Call = nameof(NdisMRegisterDevice),
                Name = NDIS_STRING.Text(DeviceName),
                Link = link,
                Type = FileDeviceNetwork,
                Characteristics = FileDeviceSecureOpen,
                Functions = functions,
            },
            out DeviceEntry? entry);
        if (entry is null) return (NDIS_STATUS)status;
        status = devices.AddLink(link, entry.Name!, registration.Driver, nameof(NdisMRegisterDevice));
        if (status != STATUS_SUCCESS)
        {
            devices.Remove(entry);
            return (NDIS_STATUS)status;
        }

        pDeviceObject = entry.Object;
        NdisDeviceHandle = entry.Handle = context.Instance.Handles.Add(entry);
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>Undoes NdisMRegisterDevice.</summary>
    public static NDIS_STATUS NdisMDeregisterDevice(NDIS_HANDLE NdisDeviceHandle)
    {
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        if (context.Instance.Handles.Get<DeviceEntry>(NdisDeviceHandle) is not { } entry)
        {
            Report(NdisReportKind.BadHandle, nameof(NdisMDeregisterDevice),
                $"0x{NdisDeviceHandle.Value:x} is not the handle that NdisMRegisterDevice gave, or it was closed before.");
            return NDIS_STATUS_FAILURE;
        }

        context.Instance.Handles.Remove(NdisDeviceHandle);
        context.Instance.Devices.RemoveLink(entry.Link!);
        Delete(entry, nameof(NdisMDeregisterDevice));
        return NDIS_STATUS_SUCCESS;
    }

    /// <summary>Makes a device, whose requests go to the MajorFunction of its driver's object.</summary>
    public static NTSTATUS IoCreateDevice(
        DRIVER_OBJECT* DriverObject,
        uint DeviceExtensionSize,
        NDIS_STRING* DeviceName,
        uint DeviceType,
        uint DeviceCharacteristics,
        bool Exclusive,
        out DEVICE_OBJECT* DeviceObject)
    {
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        NTSTATUS status = context.Instance.Devices.Add(
            new DeviceRequest
            {
                Driver = context.Driver,
                DriverObject = DriverObject,
                Call = nameof(IoCreateDevice),
                Name = DeviceName is null || DeviceName->Length == 0 ? null : NDIS_STRING.Text(DeviceName),
                ExtensionLength = DeviceExtensionSize,
                Type = DeviceType,
                Characteristics = DeviceCharacteristics,
                Flags = DEVICE_OBJECT.DO_DEVICE_INITIALIZING | (Exclusive ? DEVICE_OBJECT.DO_EXCLUSIVE : 0),
            },
            out DeviceEntry? entry);
        DeviceObject = entry is null ? null : entry.Object;
        return status;
    }

    /// <summary>Deletes a device that IoCreateDevice made.</summary>
    public static void IoDeleteDevice(DEVICE_OBJECT* DeviceObject)
    {
        Caller(Irql.PASSIVE_LEVEL);
        if (DeviceTable.Find(DeviceObject) is { } entry) Delete(entry, nameof(IoDeleteDevice));
        else Report(NdisReportKind.BadHandle, nameof(IoDeleteDevice), $"0x{(nint)DeviceObject:x} is no device.");
    }

    /// <summary>Gives a device another name, such as \DosDevices\Name, by which programs open it.</summary>
    public static NTSTATUS IoCreateSymbolicLink(NDIS_STRING* SymbolicLinkName, NDIS_STRING* DeviceName)
    {
        CallContext context = Caller(Irql.PASSIVE_LEVEL);
        return context.Instance.Devices.AddLink(
            NDIS_STRING.Text(SymbolicLinkName), NDIS_STRING.Text(DeviceName), context.Driver, nameof(IoCreateSymbolicLink));
    }

    /// <summary>Undoes IoCreateSymbolicLink.</summary>
    public static NTSTATUS IoDeleteSymbolicLink(NDIS_STRING* SymbolicLinkName) =>
        Caller(Irql.PASSIVE_LEVEL).Instance.Devices.RemoveLink(NDIS_STRING.Text(SymbolicLinkName));

    /// <summary>The device that gets a file's requests first.</summary>
    public static DEVICE_OBJECT* IoGetRelatedDeviceObject(FILE_OBJECT* FileObject) =>
        IoGetAttachedDevice(FileObject->DeviceObject);

    /// <summary>The device on top of the stack that a device is in.</summary>
    public static DEVICE_OBJECT* IoGetAttachedDevice(DEVICE_OBJECT* DeviceObject)
    {
        while (DeviceObject->AttachedDevice is not null) DeviceObject = DeviceObject->AttachedDevice;
        return DeviceObject;
    }

    /// <summary>
    /// Puts a device on top of the stack that another is in, whose requests it gets first. Returns the one below it.
    /// </summary>
    public static DEVICE_OBJECT* IoAttachDeviceToDeviceStack(DEVICE_OBJECT* SourceDevice, DEVICE_OBJECT* TargetDevice)
    {
        Caller(Irql.DISPATCH_LEVEL);
        if (DeviceTable.Find(TargetDevice) is null || DeviceTable.Find(SourceDevice) is null) return null;
        DEVICE_OBJECT* below = IoGetAttachedDevice(TargetDevice);
        if (below == IoGetAttachedDevice(SourceDevice))
        {
            Report(NdisReportKind.BrokenRule, nameof(IoAttachDeviceToDeviceStack), "The device is in that stack already.");
            return null;
        }

        SourceDevice->StackSize = (sbyte)(below->StackSize + 1);
        below->AttachedDevice = SourceDevice;
        return below;
    }

    /// <summary>Takes away the device that is attached to this one.</summary>
    public static void IoDetachDevice(DEVICE_OBJECT* TargetDevice) => TargetDevice->AttachedDevice = null;

    private static void Delete(DeviceEntry entry, string call)
    {
        if (entry.Files > 0)
            Report(NdisReportKind.BrokenRule, call, $"{entry} was deleted while {Programs(entry.Files)} it open.");
        entry.Instance.Devices.Remove(entry);
    }

    private static string Programs(int files) => files == 1 ? "a program had" : $"{files} programs had";
}
