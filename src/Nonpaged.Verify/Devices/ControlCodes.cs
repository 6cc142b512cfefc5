namespace Nonpaged.Verify;

/// <summary>Control codes that a driver may know: CTL_CODE(DeviceType, Function, Method, Access) of the WDK.</summary>
internal static class ControlCodes
{
    /// <summary>METHOD_BUFFERED, METHOD_IN_DIRECT, METHOD_OUT_DIRECT, METHOD_NEITHER.</summary>
    public const uint Methods = 4;

    // The functions from 0x800 on are the vendors', and drivers number theirs from there.
    private const uint FirstOfVendor = 0x800;
    private const uint Count = 16;

    // FILE_DEVICE_NETWORK, FILE_DEVICE_PHYSICAL_NETCARD, FILE_DEVICE_UNKNOWN, and the first that is a vendor's own.
    private static readonly uint[] s_types = [0x12, 0x17, 0x22, 0x8000];

    /// <summary>One for each method that no driver knows: of the last vendor's type, and the last function.</summary>
    public static IEnumerable<uint> Unknown => Enumerable.Range(0, (int)Methods).Select(method => 0xffff_3ffcu | (uint)method);

    /// <summary>Some of the type that the device has, and of those that network drivers take.</summary>
    public static unsafe IEnumerable<uint> Of(DeviceEntry device)
    {
        uint own = device.Object->DeviceType;
        return
            from type in s_types.Prepend(own).Distinct()
            from function in Enumerable.Range(0, (int)Count)
            from first in (uint[])[FirstOfVendor, 0]
            from method in Enumerable.Range(0, (int)Methods)
            select (type << 16) | ((first + (uint)function) << 2) | (uint)method;
    }
}
