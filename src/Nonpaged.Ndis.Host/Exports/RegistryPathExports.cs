using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>ntzw.h: the registry by paths, as the run-time library has it.</summary>
internal static unsafe class RegistryPathExports
{
    private const uint Handle = 0x4000_0000;
    private const uint Optional = 0x8000_0000;

    [UnmanagedCallersOnly(EntryPoint = nameof(RtlQueryRegistryValues))]
    public static uint RtlQueryRegistryValues(
        uint RelativeTo, char* Path, RTL_QUERY_REGISTRY_TABLE* QueryTable, void* Context, void* Environment)
    {
        using var call = NativeCall.Enter(nameof(RtlQueryRegistryValues));
        uint status = Find(RelativeTo, Path, creates: false, nameof(RtlQueryRegistryValues), out RegistryKey? key);
        if (key is not null) status = new RegistryQuery(Registry, key, Context).Run(QueryTable);
        call.Trace($"RelativeTo={RelativeTo} Path={Text(RelativeTo, Path)} QueryTable={QueryTable} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(RtlWriteRegistryValue))]
    public static uint RtlWriteRegistryValue(
        uint RelativeTo, char* Path, char* ValueName, uint ValueType, void* ValueData, uint ValueLength)
    {
        using var call = NativeCall.Enter(nameof(RtlWriteRegistryValue));
        uint status = Find(RelativeTo, Path, creates: true, nameof(RtlWriteRegistryValue), out RegistryKey? key);
        string name = ValueName == null ? "" : new string(ValueName);
        if (key is not null && ValueLength > int.MaxValue) status = NtStatus.InvalidParameter;
        else if (key is not null)
            Registry.Set(key, new RegistryValue(name, ValueType, RegistryExports.Bytes(ValueData, ValueLength)));
        call.Trace($"RelativeTo={RelativeTo} Path={Text(RelativeTo, Path)} ValueName={name} ValueType={ValueType} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(RtlDeleteRegistryValue))]
    public static uint RtlDeleteRegistryValue(uint RelativeTo, char* Path, char* ValueName)
    {
        using var call = NativeCall.Enter(nameof(RtlDeleteRegistryValue));
        uint status = Find(RelativeTo, Path, creates: false, nameof(RtlDeleteRegistryValue), out RegistryKey? key);
        string name = ValueName == null ? "" : new string(ValueName);
        if (key is not null && !Registry.DeleteValue(key, name)) status = NtStatus.ObjectNameNotFound;
        call.Trace($"RelativeTo={RelativeTo} Path={Text(RelativeTo, Path)} ValueName={name} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(RtlCheckRegistryKey))]
    public static uint RtlCheckRegistryKey(uint RelativeTo, char* Path)
    {
        using var call = NativeCall.Enter(nameof(RtlCheckRegistryKey));
        uint status = Find(RelativeTo, Path, creates: false, nameof(RtlCheckRegistryKey), out _);
        call.Trace($"RelativeTo={RelativeTo} Path={Text(RelativeTo, Path)} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(RtlCreateRegistryKey))]
    public static uint RtlCreateRegistryKey(uint RelativeTo, char* Path)
    {
        using var call = NativeCall.Enter(nameof(RtlCreateRegistryKey));
        uint status = Find(RelativeTo, Path, creates: true, nameof(RtlCreateRegistryKey), out _);
        call.Trace($"RelativeTo={RelativeTo} Path={Text(RelativeTo, Path)} ={status}");
        return status;
    }

    private static Registry Registry => CallContext.Current.Instance.Kernel.Registry;

    private static uint Find(uint relativeTo, char* path, bool creates, string call, out RegistryKey? key)
    {
        NdisLibrary.Caller(Irql.PASSIVE_LEVEL, call);
        // A handle stands in the place of the path.
        if ((relativeTo & Handle) != 0) return RegistryExports.KeyOf((nint)path, call, out _, out key);
        key = null;
        string? root = (relativeTo & ~Optional) switch
        {
            0 => "",
            1 => Ndis.Registry.Services,
            2 => @"\Registry\Machine\System\CurrentControlSet\Control",
            3 => @"\Registry\Machine\Software\Microsoft\Windows NT\CurrentVersion",
            4 => @"\Registry\Machine\Hardware\DeviceMap",
            5 => @"\Registry\User\.Default",
            _ => null,
        };
        if (root is null) return NtStatus.InvalidParameter;
        string text = path == null ? "" : new string(path);
        string full = root.Length == 0 || text.Length == 0 ? root + text : $@"{root}\{text}";
        key = creates ? Registry.Create(null, full, out _) : Registry.Open(null, full);
        return key is null ? NtStatus.ObjectNameNotFound : NtStatus.Success;
    }

    private static string? Text(uint relativeTo, char* path) =>
        (relativeTo & Handle) != 0 || path == null ? null : new string(path);
}
