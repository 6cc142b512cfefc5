/* Further strings of the run-time library: numbers, GUIDs, counted strings of 8-bit characters. Included by ntrtl.h. */
#ifndef NONPAGED_NTSTR_H
#define NONPAGED_NTSTR_H

#include "wdm.h"
#include "ndismem.h"

NONPAGED_EXTERN_C_BEGIN

#define RtlInitString(destination, source) RtlInitAnsiString((destination), (source))

NONPAGED_HELPER CHAR RtlUpperChar(CHAR Letter)
{
    return (CHAR)(Letter >= 'a' && Letter <= 'z' ? Letter - 'a' + 'A' : Letter);
}

NONPAGED_HELPER LONG RtlCompareString(const STRING *First, const STRING *Second, BOOLEAN CaseInsensitive)
{
    USHORT index;
    for (index = 0; index < First->Length && index < Second->Length; index++) {
        CHAR one = First->Buffer[index], other = Second->Buffer[index];
        if (CaseInsensitive) one = RtlUpperChar(one), other = RtlUpperChar(other);
        if (one != other) return (LONG)(UCHAR)one - (LONG)(UCHAR)other;
    }
    return (LONG)First->Length - (LONG)Second->Length;
}

NONPAGED_HELPER BOOLEAN RtlEqualString(const STRING *First, const STRING *Second, BOOLEAN CaseInsensitive)
{
    return (BOOLEAN)(RtlCompareString(First, Second, CaseInsensitive) == 0);
}

NONPAGED_HELPER VOID RtlUpperString(PSTRING Destination, const STRING *Source)
{
    USHORT index, length = Source->Length < Destination->MaximumLength ? Source->Length : Destination->MaximumLength;
    for (index = 0; index < length; index++) Destination->Buffer[index] = RtlUpperChar(Source->Buffer[index]);
    Destination->Length = length;
}

NONPAGED_HELPER VOID RtlCopyString(PSTRING Destination, const STRING *Source)
{
    USHORT length = Source == NULL ? 0 : Source->Length;
    if (length > Destination->MaximumLength) length = Destination->MaximumLength;
    if (length > 0) memcpy(Destination->Buffer, Source->Buffer, length);
    Destination->Length = length;
}

NONPAGED_HELPER BOOLEAN RtlPrefixUnicodeString(PCUNICODE_STRING Prefix, PCUNICODE_STRING Text, BOOLEAN CaseInsensitive)
{
    USHORT index;
    if (Prefix->Length > Text->Length) return FALSE;
    for (index = 0; index < Prefix->Length / sizeof(WCHAR); index++) {
        WCHAR one = Prefix->Buffer[index], other = Text->Buffer[index];
        if (CaseInsensitive && one >= 'a' && one <= 'z') one = (WCHAR)(one - 'a' + 'A');
        if (CaseInsensitive && other >= 'a' && other <= 'z') other = (WCHAR)(other - 'a' + 'A');
        if (one != other) return FALSE;
    }
    return TRUE;
}

NONPAGED_HELPER NTSTATUS RtlUpcaseUnicodeString(PUNICODE_STRING Destination, PCUNICODE_STRING Source, BOOLEAN AllocateDestinationString)
{
    USHORT index;
    if (AllocateDestinationString) {
        PVOID memory = NULL;
        if (NdisAllocateMemoryWithTag(&memory, (UINT)Source->Length + sizeof(WCHAR), 0x72745352) != 0) return STATUS_NO_MEMORY;
        Destination->Buffer = (PWSTR)memory;
        Destination->MaximumLength = (USHORT)(Source->Length + sizeof(WCHAR));
        Destination->Buffer[Source->Length / sizeof(WCHAR)] = 0;
    } else if (Source->Length > Destination->MaximumLength) {
        return STATUS_BUFFER_OVERFLOW;
    }
    for (index = 0; index < Source->Length / sizeof(WCHAR); index++) {
        WCHAR letter = Source->Buffer[index];
        Destination->Buffer[index] = letter >= 'a' && letter <= 'z' ? (WCHAR)(letter - 'a' + 'A') : letter;
    }
    Destination->Length = Source->Length;
    return STATUS_SUCCESS;
}

/* Base 0 is 10. The string has its buffer. */
NONPAGED_HELPER NTSTATUS RtlIntegerToUnicodeString(ULONG Value, ULONG Base, PUNICODE_STRING String)
{
    WCHAR digits[33];
    ULONG count = 0;
    USHORT length;
    if (Base == 0) Base = 10;
    if (Base != 2 && Base != 8 && Base != 10 && Base != 16) return STATUS_INVALID_PARAMETER;
    do {
        ULONG digit = Value % Base;
        digits[count++] = (WCHAR)(digit < 10 ? '0' + digit : 'A' + digit - 10);
        Value /= Base;
    } while (Value != 0);
    length = (USHORT)(count * sizeof(WCHAR));
    if (length > String->MaximumLength) return STATUS_BUFFER_OVERFLOW;
    String->Length = length;
    while (count > 0) String->Buffer[length / sizeof(WCHAR) - count] = digits[count - 1], count--;
    if (length + sizeof(WCHAR) <= String->MaximumLength) String->Buffer[length / sizeof(WCHAR)] = 0;
    return STATUS_SUCCESS;
}

/* Base 0 takes the string's own: 0x, 0o, 0b, and otherwise 10. White space in front is passed over; what follows the digits is left. */
NONPAGED_HELPER NTSTATUS RtlUnicodeStringToInteger(PCUNICODE_STRING String, ULONG Base, PULONG Value)
{
    ULONG index = 0, count = String->Length / sizeof(WCHAR), value = 0;
    BOOLEAN isNegative = FALSE;
    while (index < count && String->Buffer[index] <= ' ') index++;
    if (index < count && (String->Buffer[index] == '-' || String->Buffer[index] == '+')) isNegative = (BOOLEAN)(String->Buffer[index++] == '-');
    if (Base == 0) {
        Base = 10;
        if (index + 1 < count && String->Buffer[index] == '0') {
            WCHAR kind = String->Buffer[index + 1];
            Base = kind == 'x' ? 16 : kind == 'o' ? 8 : kind == 'b' ? 2 : 10;
            if (Base != 10) index += 2;
        }
    } else if (Base != 2 && Base != 8 && Base != 10 && Base != 16) {
        return STATUS_INVALID_PARAMETER;
    }
    for (; index < count; index++) {
        WCHAR letter = String->Buffer[index];
        ULONG digit = letter >= '0' && letter <= '9' ? (ULONG)(letter - '0')
            : letter >= 'a' && letter <= 'f' ? (ULONG)(letter - 'a' + 10)
            : letter >= 'A' && letter <= 'F' ? (ULONG)(letter - 'A' + 10) : 99;
        if (digit >= Base) break;
        value = value * Base + digit;
    }
    *Value = isNegative ? (ULONG)-(LONG)value : value;
    return STATUS_SUCCESS;
}

/* {00000000-0000-0000-0000-000000000000}: where each of the 16 bytes has its digits. */
NONPAGED_HELPER ULONG NonpagedGuidPlace(ULONG Index)
{
    static const UCHAR places[] = { 7, 5, 3, 1, 12, 10, 17, 15, 20, 22, 25, 27, 29, 31, 33, 35 };
    return places[Index];
}

NONPAGED_HELPER NTSTATUS RtlStringFromGUID(const GUID *Guid, PUNICODE_STRING GuidString)
{
    static const CHAR digits[] = "0123456789ABCDEF";
    PVOID memory = NULL;
    ULONG index;
    if (NdisAllocateMemoryWithTag(&memory, 39 * sizeof(WCHAR), 0x72745352) != 0) return STATUS_NO_MEMORY;
    GuidString->Buffer = (PWSTR)memory;
    GuidString->MaximumLength = 39 * sizeof(WCHAR);
    GuidString->Length = 38 * sizeof(WCHAR);
    for (index = 0; index < 38; index++) GuidString->Buffer[index] = '-';
    GuidString->Buffer[0] = '{', GuidString->Buffer[37] = '}', GuidString->Buffer[38] = 0;
    for (index = 0; index < 16; index++) {
        UCHAR byte = ((const UCHAR *)Guid)[index];
        GuidString->Buffer[NonpagedGuidPlace(index)] = (WCHAR)digits[byte >> 4];
        GuidString->Buffer[NonpagedGuidPlace(index) + 1] = (WCHAR)digits[byte & 15];
    }
    return STATUS_SUCCESS;
}

NONPAGED_HELPER NTSTATUS RtlGUIDFromString(PCUNICODE_STRING GuidString, GUID *Guid)
{
    ULONG index, half;
    if (GuidString->Length < 38 * sizeof(WCHAR) || GuidString->Buffer[0] != '{' || GuidString->Buffer[37] != '}') return STATUS_INVALID_PARAMETER;
    for (index = 9; index <= 24; index += 5) {
        if (GuidString->Buffer[index] != '-') return STATUS_INVALID_PARAMETER;
    }
    for (index = 0; index < 16; index++) {
        ULONG byte = 0;
        for (half = 0; half < 2; half++) {
            WCHAR letter = GuidString->Buffer[NonpagedGuidPlace(index) + half];
            if (letter >= '0' && letter <= '9') byte = byte * 16 + (ULONG)(letter - '0');
            else if (letter >= 'a' && letter <= 'f') byte = byte * 16 + (ULONG)(letter - 'a' + 10);
            else if (letter >= 'A' && letter <= 'F') byte = byte * 16 + (ULONG)(letter - 'A' + 10);
            else return STATUS_INVALID_PARAMETER;
        }
        ((PUCHAR)Guid)[index] = (UCHAR)byte;
    }
    return STATUS_SUCCESS;
}

NONPAGED_EXTERN_C_END

#endif
