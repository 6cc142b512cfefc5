namespace Nonpaged.Ndis;

/// <summary>What is known of a device by itself.</summary>
internal static unsafe partial class IoLibrary
{
    private const uint DevicePropertyDeviceDescription = 0;
    private const uint DevicePropertyClassName = 5;
    private const uint DevicePropertyDriverKeyName = 7;
    private const uint DevicePropertyFriendlyName = 9;
    private const uint DevicePropertyPhysicalDeviceObjectName = 11;

    /// <summary>
    /// A property as a terminated string. STATUS_BUFFER_TOO_SMALL where the buffer is; ResultLength says how many bytes it needs.
    /// </summary>
    public static NTSTATUS IoGetDeviceProperty(
        DEVICE_OBJECT* DeviceObject, uint DeviceProperty, uint BufferLength, void* PropertyBuffer, out uint ResultLength)
    {
        Caller(Irql.PASSIVE_LEVEL);
        ResultLength = 0;
        if (DeviceTable.Find(DeviceObject) is not { } device) return STATUS_INVALID_DEVICE_REQUEST;
        string? value = DeviceProperty switch
        {
            DevicePropertyDeviceDescription or DevicePropertyFriendlyName => device.Driver.Name,
            DevicePropertyClassName => "Net",
            DevicePropertyDriverKeyName => $@"{{4D36E972-E325-11CE-BFC1-08002BE10318}}\{device.Driver.Name}",
            DevicePropertyPhysicalDeviceObjectName => device.Name ?? "",
            _ => null,
        };
        if (value is null) return STATUS_OBJECT_NAME_NOT_FOUND;
        ResultLength = (uint)((value.Length + 1) * sizeof(char));
        if (BufferLength < ResultLength) return STATUS_BUFFER_TOO_SMALL;
        var text = new Span<char>(PropertyBuffer, value.Length + 1);
        value.CopyTo(text);
        text[^1] = '\0';
        return STATUS_SUCCESS;
    }

    /// <summary>Whether the program of a request has 32 bits. None has.</summary>
    public static bool IoIs32bitProcess(IRP* Irp) => false;
}
