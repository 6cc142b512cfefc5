/*
 * The kernel's run-time library, as far as network drivers call it beside NDIS: strings, pool memory. Letters are told from
 * capitals in ASCII alone, and characters beyond it have no narrow form but '?'.
 */
#ifndef NONPAGED_NTRTL_H
#define NONPAGED_NTRTL_H

#include "ndismem.h"

NONPAGED_EXTERN_C_BEGIN

typedef enum _POOL_TYPE {
    NonPagedPool,
    PagedPool,
    NonPagedPoolMustSucceed,
    DontUseThisType,
    NonPagedPoolCacheAligned,
    PagedPoolCacheAligned
} POOL_TYPE;

NONPAGED_HELPER PVOID ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag)
{
    PVOID block = NULL;
    (void)PoolType;
    if (NumberOfBytes > MAXULONG || NdisAllocateMemoryWithTag(&block, (UINT)NumberOfBytes, Tag) != NDIS_STATUS_SUCCESS) return NULL;
    return block;
}

#define ExAllocatePool(type, length) ExAllocatePoolWithTag((type), (length), 0x656e6f4eU)

NONPAGED_HELPER VOID ExFreePool(PVOID Block)
{
    NdisFreeMemory(Block, 0, 0);
}

#define ExFreePoolWithTag(block, tag) ((void)(tag), ExFreePool(block))

#define RtlCopyBytes RtlCopyMemory
#define RtlZeroBytes RtlZeroMemory
#define RtlFillBytes RtlFillMemory
#define NdisMoveMappedMemory(destination, source, length) RtlMoveMemory((destination), (source), (length))
#define NdisCopyLookaheadData(destination, source, length, options) \
    ((void)(options), RtlMoveMemory((destination), (source), (length)))

/* Memory of the card, as NdisMMapIoSpace gave it. */
NONPAGED_HELPER VOID NdisMoveFromMappedMemory(PVOID Destination, const void *Source, ULONG Length)
{
    ULONG index;
    for (index = 0; index < Length; index++) ((PUCHAR)Destination)[index] = NonpagedReadRegisterUchar((const UCHAR *)Source + index);
}

NONPAGED_HELPER VOID NdisMoveToMappedMemory(PVOID Destination, const void *Source, ULONG Length)
{
    ULONG index;
    for (index = 0; index < Length; index++) NonpagedWriteRegisterUchar((PUCHAR)Destination + index, ((const UCHAR *)Source)[index]);
}

NONPAGED_HELPER VOID NdisZeroMappedMemory(PVOID Destination, ULONG Length)
{
    ULONG index;
    for (index = 0; index < Length; index++) NonpagedWriteRegisterUchar((PUCHAR)Destination + index, 0);
}

/* The index of the highest or lowest bit that is set, or -1. */
NONPAGED_HELPER CCHAR RtlFindMostSignificantBit(ULONGLONG Set)
{
    return (CCHAR)(Set == 0 ? -1 : 63 - __builtin_clzll(Set));
}

NONPAGED_HELPER CCHAR RtlFindLeastSignificantBit(ULONGLONG Set)
{
    return (CCHAR)(Set == 0 ? -1 : __builtin_ctzll(Set));
}

NONPAGED_HELPER WCHAR RtlUpcaseUnicodeChar(WCHAR Letter)
{
    return Letter >= 'a' && Letter <= 'z' ? (WCHAR)(Letter - 'a' + 'A') : Letter;
}

NONPAGED_HELPER LONG RtlCompareUnicodeString(PCUNICODE_STRING First, PCUNICODE_STRING Second, BOOLEAN CaseInsensitive)
{
    SIZE_T index, shorter = First->Length < Second->Length ? First->Length : Second->Length;
    for (index = 0; index < shorter / sizeof(WCHAR); index++) {
        WCHAR one = First->Buffer[index], other = Second->Buffer[index];
        if (CaseInsensitive) one = RtlUpcaseUnicodeChar(one), other = RtlUpcaseUnicodeChar(other);
        if (one != other) return (LONG)one - (LONG)other;
    }
    return (LONG)First->Length - (LONG)Second->Length;
}

NONPAGED_HELPER BOOLEAN RtlEqualUnicodeString(PCUNICODE_STRING First, PCUNICODE_STRING Second, BOOLEAN CaseInsensitive)
{
    return (BOOLEAN)(RtlCompareUnicodeString(First, Second, CaseInsensitive) == 0);
}

/* As much as there is room for; no zero follows where there is none. */
NONPAGED_HELPER VOID RtlCopyUnicodeString(PUNICODE_STRING Destination, PCUNICODE_STRING Source)
{
    USHORT length = Source == NULL ? 0 : Source->Length;
    if (length > Destination->MaximumLength) length = (USHORT)(Destination->MaximumLength & ~1u);
    if (length > 0) memcpy(Destination->Buffer, Source->Buffer, length);
    Destination->Length = length;
    if (length + sizeof(WCHAR) <= Destination->MaximumLength) Destination->Buffer[length / sizeof(WCHAR)] = 0;
}

NONPAGED_HELPER NTSTATUS RtlAppendUnicodeStringToString(PUNICODE_STRING Destination, PCUNICODE_STRING Source)
{
    ULONG length = (ULONG)Destination->Length + Source->Length;
    if (length > Destination->MaximumLength) return STATUS_BUFFER_TOO_SMALL;
    memmove((PUCHAR)Destination->Buffer + Destination->Length, Source->Buffer, Source->Length);
    Destination->Length = (USHORT)length;
    if (length + sizeof(WCHAR) <= Destination->MaximumLength) Destination->Buffer[length / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

NONPAGED_HELPER NTSTATUS RtlAppendUnicodeToString(PUNICODE_STRING Destination, PCWSTR Source)
{
    UNICODE_STRING string;
    RtlInitUnicodeString(&string, Source);
    return RtlAppendUnicodeStringToString(Destination, &string);
}

NONPAGED_HELPER VOID RtlFreeUnicodeString(PUNICODE_STRING String)
{
    if (String->Buffer != NULL) NdisFreeMemory(String->Buffer, 0, 0);
    String->Buffer = NULL;
    String->Length = String->MaximumLength = 0;
}

NONPAGED_HELPER VOID RtlFreeAnsiString(PANSI_STRING String)
{
    if (String->Buffer != NULL) NdisFreeMemory(String->Buffer, 0, 0);
    String->Buffer = NULL;
    String->Length = String->MaximumLength = 0;
}

NONPAGED_HELPER BOOLEAN RtlCreateUnicodeString(PUNICODE_STRING Destination, PCWSTR Source)
{
    UNICODE_STRING string;
    RtlInitUnicodeString(&string, Source);
    Destination->Buffer = (PWSTR)ExAllocatePoolWithTag(NonPagedPool, string.MaximumLength, 0x72745352);
    if (Destination->Buffer == NULL) return FALSE;
    Destination->Length = 0;
    Destination->MaximumLength = string.MaximumLength;
    RtlCopyUnicodeString(Destination, &string);
    return TRUE;
}

/* With room for a zero where the string is allocated. */
NONPAGED_HELPER NTSTATUS RtlAnsiStringToUnicodeString(PUNICODE_STRING Destination, const ANSI_STRING *Source, BOOLEAN AllocateDestinationString)
{
    USHORT index;
    ULONG length = (ULONG)Source->Length * sizeof(WCHAR);
    if (length + sizeof(WCHAR) > MAXUSHORT) return STATUS_INVALID_PARAMETER_2;
    if (AllocateDestinationString) {
        Destination->MaximumLength = (USHORT)(length + sizeof(WCHAR));
        Destination->Buffer = (PWSTR)ExAllocatePoolWithTag(NonPagedPool, Destination->MaximumLength, 0x72745352);
        if (Destination->Buffer == NULL) return STATUS_NO_MEMORY;
    } else if (length > Destination->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    for (index = 0; index < Source->Length; index++) Destination->Buffer[index] = (UCHAR)Source->Buffer[index];
    Destination->Length = (USHORT)length;
    if (length + sizeof(WCHAR) <= Destination->MaximumLength) Destination->Buffer[index] = 0;
    return STATUS_SUCCESS;
}

NONPAGED_HELPER NTSTATUS RtlUnicodeStringToAnsiString(PANSI_STRING Destination, PCUNICODE_STRING Source, BOOLEAN AllocateDestinationString)
{
    USHORT index, length = (USHORT)(Source->Length / sizeof(WCHAR));
    if (AllocateDestinationString) {
        Destination->MaximumLength = (USHORT)(length + 1);
        Destination->Buffer = (PCHAR)ExAllocatePoolWithTag(NonPagedPool, Destination->MaximumLength, 0x72745352);
        if (Destination->Buffer == NULL) return STATUS_NO_MEMORY;
    } else if (length >= Destination->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    for (index = 0; index < length; index++) Destination->Buffer[index] = Source->Buffer[index] < 0x80 ? (CHAR)Source->Buffer[index] : '?';
    Destination->Length = length;
    Destination->Buffer[length] = 0;
    return STATUS_SUCCESS;
}

NONPAGED_EXTERN_C_END

#include "ntstr.h"
#include "ntex.h"
#include "ntmdl.h"

#endif
