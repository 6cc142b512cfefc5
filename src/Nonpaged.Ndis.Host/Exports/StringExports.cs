using System.Runtime.InteropServices;
using System.Text;

namespace Nonpaged.Ndis.Host;

/// <summary>ndisbase.h: strings, and lists under a spin lock.</summary>
internal static unsafe class StringExports
{
    private static readonly Lock s_lists = new();

    /// <summary>NdisInitializeString: the wide string is in memory that NdisFreeString frees.</summary>
    [UnmanagedCallersOnly(EntryPoint = nameof(NonpagedInitializeString))]
    public static void NonpagedInitializeString(NDIS_STRING* Destination, byte* Source)
    {
        using var call = NativeCall.Enter("NdisInitializeString");
        string text = Marshal.PtrToStringAnsi((nint)Source) ?? "";
        uint size = (uint)((text.Length + 1) * sizeof(char));
        *Destination = default;
        if (NdisLibrary.NdisAllocateMemoryWithTag(out void* memory, size, 0) == NDIS_STATUS_SUCCESS)
        {
            text.CopyTo(new Span<char>(memory, text.Length));
            ((char*)memory)[text.Length] = '\0';
            *Destination = new NDIS_STRING((char*)memory, text.Length) { MaximumLength = (ushort)size };
        }

        call.Trace($"Source={text}");
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisEqualString))]
    public static byte NdisEqualString(NDIS_STRING* String1, NDIS_STRING* String2, byte CaseInsensitive)
    {
        using var call = NativeCall.Enter(nameof(NdisEqualString));
        StringComparison comparison = CaseInsensitive != 0 ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
        byte equal = string.Equals(NDIS_STRING.Text(String1), NDIS_STRING.Text(String2), comparison) ? (byte)1 : (byte)0;
        call.Trace($"String1={NDIS_STRING.Text(String1)} String2={NDIS_STRING.Text(String2)} "
            + $"CaseInsensitive={CaseInsensitive} ={equal}");
        return equal;
    }

    /// <summary>The destination has a buffer; ANSI is Latin-1 here.</summary>
    [UnmanagedCallersOnly(EntryPoint = nameof(NdisAnsiStringToUnicodeString))]
    public static NDIS_STATUS NdisAnsiStringToUnicodeString(NDIS_STRING* DestinationString, NDIS_STRING* SourceString)
    {
        using var call = NativeCall.Enter(nameof(NdisAnsiStringToUnicodeString));
        string text = SourceString->Buffer == null ? ""
            : Encoding.Latin1.GetString((byte*)SourceString->Buffer, SourceString->Length);
        bool fits = text.Length * sizeof(char) <= DestinationString->MaximumLength;
        if (fits)
        {
            text.CopyTo(new Span<char>(DestinationString->Buffer, text.Length));
            DestinationString->Length = (ushort)(text.Length * sizeof(char));
        }

        NDIS_STATUS status = fits ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
        call.Trace($"SourceString={text} ={status}");
        return status;
    }

    /// <inheritdoc cref="NdisAnsiStringToUnicodeString"/>
    [UnmanagedCallersOnly(EntryPoint = nameof(NdisUnicodeStringToAnsiString))]
    public static NDIS_STATUS NdisUnicodeStringToAnsiString(NDIS_STRING* DestinationString, NDIS_STRING* SourceString)
    {
        using var call = NativeCall.Enter(nameof(NdisUnicodeStringToAnsiString));
        string text = NDIS_STRING.Text(SourceString);
        bool fits = text.Length <= DestinationString->MaximumLength;
        if (fits) DestinationString->Length = (ushort)Encoding.Latin1.GetBytes(
            text, new Span<byte>(DestinationString->Buffer, text.Length));
        NDIS_STATUS status = fits ? NDIS_STATUS_SUCCESS : NDIS_STATUS_RESOURCES;
        call.Trace($"SourceString={text} ={status}");
        return status;
    }

    private struct Entry
    {
        public Entry* Flink;
        public Entry* Blink;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisInterlockedInsertHeadList))]
    public static nint NdisInterlockedInsertHeadList(nint ListHead, nint ListEntry, NDIS_SPIN_LOCK* SpinLock)
    {
        using var call = NativeCall.Enter(nameof(NdisInterlockedInsertHeadList));
        nint first = Insert((Entry*)ListHead, ((Entry*)ListHead)->Flink, (Entry*)ListEntry, ((Entry*)ListHead)->Flink);
        call.Trace($"ListHead={ListHead} ListEntry={ListEntry} SpinLock={SpinLock} ={first}");
        return first;
    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisInterlockedInsertTailList))]
    public static nint NdisInterlockedInsertTailList(nint ListHead, nint ListEntry, NDIS_SPIN_LOCK* SpinLock)
    {
        using var call = NativeCall.Enter(nameof(NdisInterlockedInsertTailList));
        nint last = Insert(((Entry*)ListHead)->Blink, (Entry*)ListHead, (Entry*)ListEntry, ((Entry*)ListHead)->Blink);
        call.Trace($"ListHead={ListHead} ListEntry={ListEntry} SpinLock={SpinLock} ={last}");
        return last;

    }

    [UnmanagedCallersOnly(EntryPoint = nameof(NdisInterlockedRemoveHeadList))]
    public static nint NdisInterlockedRemoveHeadList(nint ListHead, NDIS_SPIN_LOCK* SpinLock)
    {
        using var call = NativeCall.Enter(nameof(NdisInterlockedRemoveHeadList));
        var head = (Entry*)ListHead;
        nint removed = 0;
        lock (s_lists)
        {
            if (head->Flink != head)
            {
                Entry* first = head->Flink;
                head->Flink = first->Flink;
                first->Flink->Blink = head;
                removed = (nint)first;
            }
        }

        call.Trace($"ListHead={ListHead} SpinLock={SpinLock} ={removed}");
        return removed;
    }

    // What was there before is returned; NULL where the list was empty.
    private static nint Insert(Entry* before, Entry* after, Entry* entry, Entry* was)
    {
        lock (s_lists)
        {
            bool wasEmpty = before == after;
            entry->Flink = after;
            entry->Blink = before;
            before->Flink = entry;
            after->Blink = entry;
            return wasEmpty ? 0 : (nint)was;
        }
    }
}
