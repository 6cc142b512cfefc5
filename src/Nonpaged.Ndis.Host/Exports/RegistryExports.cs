using System.Runtime.InteropServices;

namespace Nonpaged.Ndis.Host;

/// <summary>ntzw.h: the registry by handles.</summary>
internal static unsafe class RegistryExports
{
    [UnmanagedCallersOnly(EntryPoint = nameof(ZwOpenKey))]
    public static uint ZwOpenKey(NDIS_HANDLE* KeyHandle, uint DesiredAccess, OBJECT_ATTRIBUTES* ObjectAttributes)
    {
        using var call = NativeCall.Enter(nameof(ZwOpenKey));
        uint status = Open(KeyHandle, ObjectAttributes, creates: false, nameof(ZwOpenKey), out _);
        call.Trace($"KeyHandle={*KeyHandle} DesiredAccess={DesiredAccess} ObjectName={Name(ObjectAttributes)} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ZwCreateKey))]
    public static uint ZwCreateKey(
        NDIS_HANDLE* KeyHandle, uint DesiredAccess, OBJECT_ATTRIBUTES* ObjectAttributes, uint TitleIndex, NDIS_STRING* Class,
        uint CreateOptions, uint* Disposition)
    {
        using var call = NativeCall.Enter(nameof(ZwCreateKey));
        uint status = Open(KeyHandle, ObjectAttributes, creates: true, nameof(ZwCreateKey), out bool isNew);
        if (Disposition != null) *Disposition = isNew ? 1u : 2;
        call.Trace($"KeyHandle={*KeyHandle} DesiredAccess={DesiredAccess} ObjectName={Name(ObjectAttributes)} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ZwQueryValueKey))]
    public static uint ZwQueryValueKey(
        nint KeyHandle, NDIS_STRING* ValueName, uint KeyValueInformationClass, void* KeyValueInformation, uint Length,
        uint* ResultLength)
    {
        using var call = NativeCall.Enter(nameof(ZwQueryValueKey));
        uint status = KeyOf(KeyHandle, nameof(ZwQueryValueKey), out Registry registry, out RegistryKey? key);
        string name = KernelArguments.Text(ValueName) ?? "";
        if (key is not null)
        {
            status = registry.Get(key, name) is { } value
                ? RegistryAnswers.Write(
                    RegistryAnswers.Of(value, KeyValueInformationClass, out int least), least, KeyValueInformation, Length,
                    ResultLength)
                : NtStatus.ObjectNameNotFound;
        }

        call.Trace($"KeyHandle={KeyHandle} ValueName={name} KeyValueInformationClass={KeyValueInformationClass} Length={Length} "
            + $"={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ZwEnumerateValueKey))]
    public static uint ZwEnumerateValueKey(
        nint KeyHandle, uint Index, uint KeyValueInformationClass, void* KeyValueInformation, uint Length, uint* ResultLength)
    {
        using var call = NativeCall.Enter(nameof(ZwEnumerateValueKey));
        uint status = KeyOf(KeyHandle, nameof(ZwEnumerateValueKey), out Registry registry, out RegistryKey? key);
        if (key is not null)
        {
            status = registry.ValueAt(key, Index) is { } value
                ? RegistryAnswers.Write(
                    RegistryAnswers.Of(value, KeyValueInformationClass, out int least), least, KeyValueInformation, Length,
                    ResultLength)
                : NtStatus.NoMoreEntries;
        }

        call.Trace($"KeyHandle={KeyHandle} Index={Index} KeyValueInformationClass={KeyValueInformationClass} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ZwEnumerateKey))]
    public static uint ZwEnumerateKey(
        nint KeyHandle, uint Index, uint KeyInformationClass, void* KeyInformation, uint Length, uint* ResultLength)
    {
        using var call = NativeCall.Enter(nameof(ZwEnumerateKey));
        uint status = KeyOf(KeyHandle, nameof(ZwEnumerateKey), out Registry registry, out RegistryKey? key);
        if (key is not null)
        {
            status = registry.KeyAt(key, Index) is { } below
                ? Answer(registry, below, KeyInformationClass, KeyInformation, Length, ResultLength)
                : NtStatus.NoMoreEntries;
        }

        call.Trace($"KeyHandle={KeyHandle} Index={Index} KeyInformationClass={KeyInformationClass} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ZwQueryKey))]
    public static uint ZwQueryKey(
        nint KeyHandle, uint KeyInformationClass, void* KeyInformation, uint Length, uint* ResultLength)
    {
        using var call = NativeCall.Enter(nameof(ZwQueryKey));
        uint status = KeyOf(KeyHandle, nameof(ZwQueryKey), out Registry registry, out RegistryKey? key);
        if (key is not null) status = Answer(registry, key, KeyInformationClass, KeyInformation, Length, ResultLength);
        call.Trace($"KeyHandle={KeyHandle} KeyInformationClass={KeyInformationClass} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ZwSetValueKey))]
    public static uint ZwSetValueKey(
        nint KeyHandle, NDIS_STRING* ValueName, uint TitleIndex, uint Type, void* Data, uint DataSize)
    {
        using var call = NativeCall.Enter(nameof(ZwSetValueKey));
        uint status = KeyOf(KeyHandle, nameof(ZwSetValueKey), out Registry registry, out RegistryKey? key);
        string name = KernelArguments.Text(ValueName) ?? "";
        if (key is not null && DataSize > int.MaxValue) status = NtStatus.InvalidParameter;
        else if (key is not null) registry.Set(key, new RegistryValue(name, Type, Bytes(Data, DataSize)));
        call.Trace($"KeyHandle={KeyHandle} ValueName={name} Type={Type} DataSize={DataSize} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ZwDeleteValueKey))]
    public static uint ZwDeleteValueKey(nint KeyHandle, NDIS_STRING* ValueName)
    {
        using var call = NativeCall.Enter(nameof(ZwDeleteValueKey));
        uint status = KeyOf(KeyHandle, nameof(ZwDeleteValueKey), out Registry registry, out RegistryKey? key);
        string name = KernelArguments.Text(ValueName) ?? "";
        if (key is not null && !registry.DeleteValue(key, name)) status = NtStatus.ObjectNameNotFound;
        call.Trace($"KeyHandle={KeyHandle} ValueName={name} ={status}");
        return status;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(ZwDeleteKey))]
    public static uint ZwDeleteKey(nint KeyHandle)
    {
        using var call = NativeCall.Enter(nameof(ZwDeleteKey));
        uint status = KeyOf(KeyHandle, nameof(ZwDeleteKey), out Registry registry, out RegistryKey? key);
        if (key is not null && !registry.Delete(key)) status = NtStatus.CannotDelete;
        call.Trace($"KeyHandle={KeyHandle} ={status}");
        return status;
    }

    /// <summary>What is written is there at once.</summary>
    [UnmanagedCallersOnly(EntryPoint = nameof(ZwFlushKey))]
    public static uint ZwFlushKey(nint KeyHandle)
    {
        using var call = NativeCall.Enter(nameof(ZwFlushKey));
        uint status = KeyOf(KeyHandle, nameof(ZwFlushKey), out _, out _);
        call.Trace($"KeyHandle={KeyHandle} ={status}");
        return status;
    }

    /// <summary>The key that a handle is of.</summary>
    internal static uint KeyOf(nint handle, string call, out Registry registry, out RegistryKey? key)
    {
        CallContext context = NdisLibrary.Caller(Irql.PASSIVE_LEVEL, call);
        registry = context.Instance.Kernel.Registry;
        key = NdisLibrary.Resolve<OpenKey>(new NDIS_HANDLE(handle), call)?.Key;
        return key is null ? NtStatus.InvalidHandle : NtStatus.Success;
    }

    internal static byte[] Bytes(void* data, uint length) =>
        data == null ? [] : new ReadOnlySpan<byte>(data, (int)length).ToArray();

    private static uint Open(
        NDIS_HANDLE* handle, OBJECT_ATTRIBUTES* attributes, bool creates, string call, out bool isNew)
    {
        isNew = false;
        *handle = default;
        CallContext context = NdisLibrary.Caller(Irql.PASSIVE_LEVEL, call);
        if (attributes == null || attributes->Length != sizeof(OBJECT_ATTRIBUTES)) return NtStatus.InvalidParameter;
        Registry registry = context.Instance.Kernel.Registry;
        RegistryKey? root = null;
        uint status = attributes->RootDirectory == 0 ? NtStatus.Success : KeyOf(attributes->RootDirectory, call, out _, out root);
        if (status != NtStatus.Success) return status;
        string path = Name(attributes) ?? "";
        RegistryKey? key = creates ? registry.Create(root, path, out isNew) : registry.Open(root, path);
        if (key is null && root is null && !path.StartsWith('\\')) return NtStatus.ObjectPathSyntaxBad;
        if (key is null) return NtStatus.ObjectNameNotFound;
        *handle = context.Instance.Kernel.Objects.Add(new OpenKey(key, context.Driver, call));
        return NtStatus.Success;
    }

    private static uint Answer(Registry registry, RegistryKey key, uint kind, void* buffer, uint length, uint* needed) =>
        RegistryAnswers.Write(
            RegistryAnswers.Of(key, kind, registry.ValuesOf(key), registry.KeysOf(key), out int least), least, buffer, length,
            needed);

    private static string? Name(OBJECT_ATTRIBUTES* attributes) =>
        attributes == null ? null : KernelArguments.Text(attributes->ObjectName);
}
