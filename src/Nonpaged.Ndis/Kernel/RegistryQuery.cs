using System.Runtime.InteropServices;

namespace Nonpaged.Ndis;

/// <summary>One call of RtlQueryRegistryValues: it goes through a driver's table of what it wants to know.</summary>
internal sealed unsafe class RegistryQuery(Registry registry, RegistryKey path, void* context)
{
    private const string Function = "the query routine";

    private readonly nint _context = (nint)context;
    private readonly RegistryKey _top = path;
    private RegistryKey? _key = path;

    /// <summary>Answers each entry of the table. Gives the first failure.</summary>
    public uint Run(RTL_QUERY_REGISTRY_TABLE* table)
    {
        for (RTL_QUERY_REGISTRY_TABLE* entry = table; !IsEnd(entry); entry++)
        {
            uint status = Answer(entry);
            if (!NtStatus.IsSuccess(status)) return status;
        }

        return NtStatus.Success;
    }

    private static bool IsEnd(RTL_QUERY_REGISTRY_TABLE* entry) => entry->QueryRoutine == null
        && (entry->Flags & (RTL_QUERY_REGISTRY_TABLE.SubKey | RTL_QUERY_REGISTRY_TABLE.Direct)) == 0;

    private uint Answer(RTL_QUERY_REGISTRY_TABLE* entry)
    {
        string? name = entry->Name == null ? null : new string(entry->Name);
        if (Has(entry, RTL_QUERY_REGISTRY_TABLE.SubKey))
        {
            _key = name is null ? null : registry.Open(_top, name);
            if (_key is null && Has(entry, RTL_QUERY_REGISTRY_TABLE.Required)) return NtStatus.ObjectNameNotFound;
            return entry->QueryRoutine == null || _key is null ? NtStatus.Success : TellAll(entry, _key);
        }

        if (Has(entry, RTL_QUERY_REGISTRY_TABLE.TopKey)) _key = _top;
        if (Has(entry, RTL_QUERY_REGISTRY_TABLE.NoValue))
            return entry->QueryRoutine == null ? NtStatus.Success : Tell(entry, new RegistryValue("", RegistryValue.None, []));
        if (name is null && !Has(entry, RTL_QUERY_REGISTRY_TABLE.Direct))
            return _key is null ? NtStatus.Success : TellAll(entry, _key);
        if (name is null) return NtStatus.InvalidParameter;
        RegistryValue? value = _key is null ? null : registry.Get(_key, name);
        if (value is not null && Has(entry, RTL_QUERY_REGISTRY_TABLE.TypeCheck) && value.Type != entry->DefaultType >> 24)
            return NtStatus.ObjectTypeMismatch;
        if ((value ?? Default(entry, name)) is not { } found)
            return Has(entry, RTL_QUERY_REGISTRY_TABLE.Required) ? NtStatus.ObjectNameNotFound : NtStatus.Success;
        uint status = Has(entry, RTL_QUERY_REGISTRY_TABLE.Direct) ? Store(entry, found) : Expand(entry, found);
        if (NtStatus.IsSuccess(status) && value is not null && Has(entry, RTL_QUERY_REGISTRY_TABLE.Delete))
            registry.DeleteValue(_key!, name);
        return status;
    }

    private static bool Has(RTL_QUERY_REGISTRY_TABLE* entry, uint flag) => (entry->Flags & flag) != 0;

    private uint TellAll(RTL_QUERY_REGISTRY_TABLE* entry, RegistryKey key)
    {
        foreach (RegistryValue value in registry.ValuesOf(key))
        {
            uint status = Expand(entry, value);
            if (!NtStatus.IsSuccess(status)) return status;
        }

        return NtStatus.Success;
    }

    /// <summary>A list of strings is told one by one.</summary>
    private uint Expand(RTL_QUERY_REGISTRY_TABLE* entry, RegistryValue value)
    {
        if (value.Type != RegistryValue.MultiString || Has(entry, RTL_QUERY_REGISTRY_TABLE.NoExpand)) return Tell(entry, value);
        ReadOnlySpan<char> left = MemoryMarshal.Cast<byte, char>(value.Data.AsSpan());
        while (left.IndexOf('\0') is > 0 and int length)
        {
            byte[] one = MemoryMarshal.AsBytes(left[..(length + 1)]).ToArray();
            uint status = Tell(entry, new RegistryValue(value.Name, RegistryValue.String, one));
            if (!NtStatus.IsSuccess(status)) return status;
            left = left[(length + 1)..];
        }

        return NtStatus.Success;
    }

    private uint Tell(RTL_QUERY_REGISTRY_TABLE* entry, RegistryValue value)
    {
        if (entry->QueryRoutine == null) return NtStatus.Success;
        uint status = NtStatus.Unsuccessful;
        fixed (char* name = value.Name)
        {
            fixed (byte* data = value.Data)
            {
                nint nameAt = (nint)name, dataAt = (nint)data, entryAt = (nint)entry;
                DriverCalls.Run(CallContext.Current, Function, () => status = ((RTL_QUERY_REGISTRY_TABLE*)entryAt)->QueryRoutine(
                    (char*)nameAt, value.Type, (void*)dataAt, (uint)value.Data.Length, (void*)_context,
                    ((RTL_QUERY_REGISTRY_TABLE*)entryAt)->EntryContext));
            }
        }

        return status;
    }

    private static RegistryValue? Default(RTL_QUERY_REGISTRY_TABLE* entry, string name)
    {
        uint type = entry->DefaultType & 0xff_ffff;
        if (type == RegistryValue.None) return null;
        if (entry->DefaultLength > int.MaxValue) return null;
        int length = (int)entry->DefaultLength;
        if (length == 0 && entry->DefaultData != null)
            length = type is RegistryValue.String or RegistryValue.ExpandableString
                ? (new ReadOnlySpan<char>(entry->DefaultData, int.MaxValue / 2).IndexOf('\0') + 1) * sizeof(char)
                : sizeof(uint);
        byte[] data = entry->DefaultData == null ? [] : new ReadOnlySpan<byte>(entry->DefaultData, length).ToArray();
        return new RegistryValue(name, type, data);
    }

    /// <summary>
    /// Into the driver's variable: a number as it is, a string into a UNICODE_STRING, which gets a buffer where it has none;
    /// other data as the size at the variable's start asks for.
    /// </summary>
    private static uint Store(RTL_QUERY_REGISTRY_TABLE* entry, RegistryValue value)
    {
        void* target = entry->EntryContext;
        if (target == null) return NtStatus.InvalidParameter;
        if (value.Type is RegistryValue.String or RegistryValue.ExpandableString or RegistryValue.MultiString)
            return StoreString((NDIS_STRING*)target, value.Data);
        ReadOnlySpan<byte> data = value.Data;
        if (data.Length <= sizeof(uint))
        {
            data.CopyTo(new Span<byte>(target, data.Length));
            return NtStatus.Success;
        }

        int room = *(int*)target;
        if (room < 0)
        {
            if (data.Length > -(long)room) return NtStatus.BufferTooSmall;
            data.CopyTo(new Span<byte>(target, data.Length));
            return NtStatus.Success;
        }

        if (data.Length + (2 * sizeof(uint)) > room) return NtStatus.BufferTooSmall;
        *(uint*)target = (uint)data.Length;
        ((uint*)target)[1] = value.Type;
        data.CopyTo(new Span<byte>((byte*)target + (2 * sizeof(uint)), data.Length));
        return NtStatus.Success;
    }

    private static uint StoreString(NDIS_STRING* target, byte[] data)
    {
        if (data.Length > ushort.MaxValue) return NtStatus.BufferTooSmall;
        if (target->Buffer == null)
        {
            if (NdisLibrary.NdisAllocateMemoryWithTag(out void* memory, (uint)data.Length, 0) != NDIS_STATUS_SUCCESS)
                return NtStatus.InsufficientResources;
            *target = new NDIS_STRING((char*)memory, 0) { MaximumLength = (ushort)data.Length };
        }
        else if (data.Length > target->MaximumLength)
        {
            return NtStatus.BufferTooSmall;
        }

        data.AsSpan().CopyTo(new Span<byte>(target->Buffer, data.Length));
        // Its end is no part of a counted string.
        target->Length = (ushort)Math.Max(0, data.Length - sizeof(char));
        return NtStatus.Success;
    }
}
