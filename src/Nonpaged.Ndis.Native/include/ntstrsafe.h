/*
 * Safe strings (ntstrsafe.h of the driver kit's documents): RtlStringCch... counts characters, RtlStringCb... bytes, A
 * is char and W is WCHAR. A buffer always ends in a zero. What does not fit is cut, with STATUS_BUFFER_OVERFLOW; a
 * length of 0 or of more than NTSTRSAFE_MAX_CCH characters is STATUS_INVALID_PARAMETER, and so is a string without an
 * end. Formats are those of DbgPrint. For drivers: the program that runs them has the formats.
 */
#ifndef NONPAGED_NTSTRSAFE_H
#define NONPAGED_NTSTRSAFE_H

#include "wdm.h"

#define NTSTRSAFE_MAX_CCH 2147483647
#define STRSAFE_MAX_CCH NTSTRSAFE_MAX_CCH
#define NTSTRSAFE_MAX_LENGTH (NTSTRSAFE_MAX_CCH - 1)

/* The Ex functions' flags; the lowest eight bits are the byte to fill with. */
#define STRSAFE_IGNORE_NULLS 0x00000100
#define STRSAFE_FILL_BEHIND_NULL 0x00000200
#define STRSAFE_FILL_ON_FAILURE 0x00000400
#define STRSAFE_NULL_ON_FAILURE 0x00000800
#define STRSAFE_NO_TRUNCATION 0x00001000
#define STRSAFE_FILL_BYTE(value) ((ULONG)(((value) & 0xff) | STRSAFE_FILL_BEHIND_NULL))
#define STRSAFE_FAILURE_BYTE(value) ((ULONG)(((value) & 0xff) | STRSAFE_FILL_ON_FAILURE))

typedef char *NTSTRSAFE_PSTR;
typedef const char *NTSTRSAFE_PCSTR;
typedef WCHAR *NTSTRSAFE_PWSTR;
typedef const WCHAR *NTSTRSAFE_PCWSTR;

NONPAGED_EXTERN_C_BEGIN

/* In both widths. "Start" is where the text that was there ends, "At" where the new one does. */
#define NONPAGED_STRSAFE(S, C) \
NONPAGED_HELPER SIZE_T NonpagedStringLength##S(const C *Text, SIZE_T Longest) \
{ \
    SIZE_T length = 0; \
    while (length < Longest && Text[length] != 0) length++; \
    return length; \
} \
NONPAGED_HELPER NTSTATUS NonpagedStringEnd##S( \
    C *Buffer, SIZE_T Room, SIZE_T Start, SIZE_T At, BOOLEAN IsCut, C **End, SIZE_T *Remaining, ULONG Flags) \
{ \
    if (IsCut && (Flags & STRSAFE_FILL_ON_FAILURE)) { \
        memset(Buffer, (int)(Flags & 0xff), Room * sizeof(C)); \
        At = (Flags & 0xff) == 0 ? 0 : Room - 1; \
        Buffer[At] = 0; \
    } \
    if (IsCut && (Flags & (STRSAFE_NULL_ON_FAILURE | STRSAFE_NO_TRUNCATION))) { \
        At = (Flags & STRSAFE_NULL_ON_FAILURE) ? 0 : Start; \
        Buffer[At] = 0; \
    } \
    if (!IsCut && (Flags & STRSAFE_FILL_BEHIND_NULL)) memset(Buffer + At + 1, (int)(Flags & 0xff), (Room - At - 1) * sizeof(C)); \
    if (End != NULL) *End = Buffer + At; \
    if (Remaining != NULL) *Remaining = Room - At; \
    return IsCut ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS; \
} \
NONPAGED_HELPER NTSTATUS NonpagedStringPut##S( \
    C *Buffer, SIZE_T Room, SIZE_T Start, const C *Source, SIZE_T Longest, C **End, SIZE_T *Remaining, ULONG Flags) \
{ \
    SIZE_T at = Start, length = 0; \
    static const C none[1] = { 0 }; \
    if (Source == NULL && (Flags & STRSAFE_IGNORE_NULLS)) Source = none; \
    while (at + 1 < Room && length < Longest && Source[length] != 0) Buffer[at++] = Source[length++]; \
    Buffer[at] = 0; \
    return NonpagedStringEnd##S(Buffer, Room, Start, at, length < Longest && Source[length] != 0, End, Remaining, Flags); \
} \
NONPAGED_HELPER NTSTATUS RtlStringCchCopyNEx##S( \
    C *Destination, SIZE_T Room, const C *Source, SIZE_T Longest, C **End, SIZE_T *Remaining, ULONG Flags) \
{ \
    if (Room == 0 || Room > NTSTRSAFE_MAX_CCH || Longest > NTSTRSAFE_MAX_CCH) return STATUS_INVALID_PARAMETER; \
    return NonpagedStringPut##S(Destination, Room, 0, Source, Longest, End, Remaining, Flags); \
} \
NONPAGED_HELPER NTSTATUS RtlStringCchCatNEx##S( \
    C *Destination, SIZE_T Room, const C *Source, SIZE_T Longest, C **End, SIZE_T *Remaining, ULONG Flags) \
{ \
    SIZE_T start; \
    if (Room == 0 || Room > NTSTRSAFE_MAX_CCH || Longest > NTSTRSAFE_MAX_CCH) return STATUS_INVALID_PARAMETER; \
    start = NonpagedStringLength##S(Destination, Room); \
    if (start == Room) return STATUS_INVALID_PARAMETER; \
    return NonpagedStringPut##S(Destination, Room, start, Source, Longest, End, Remaining, Flags); \
} \
NONPAGED_HELPER NTSTATUS RtlStringCchVPrintfEx##S( \
    C *Destination, SIZE_T Room, C **End, SIZE_T *Remaining, ULONG Flags, const C *Format, va_list Arguments) \
{ \
    SIZE_T length; \
    static const C none[1] = { 0 }; \
    if (Room == 0 || Room > NTSTRSAFE_MAX_CCH) return STATUS_INVALID_PARAMETER; \
    if (Format == NULL && (Flags & STRSAFE_IGNORE_NULLS)) Format = none; \
    length = NonpagedFormat##S(Destination, Room, Format, Arguments); \
    return NonpagedStringEnd##S(Destination, Room, 0, length < Room ? length : Room - 1, length >= Room, End, Remaining, Flags); \
} \
NONPAGED_HELPER NTSTATUS RtlStringCchCopyEx##S(C *Destination, SIZE_T Room, const C *Source, C **End, SIZE_T *Remaining, ULONG Flags) \
{ return RtlStringCchCopyNEx##S(Destination, Room, Source, NTSTRSAFE_MAX_CCH, End, Remaining, Flags); } \
NONPAGED_HELPER NTSTATUS RtlStringCchCatEx##S(C *Destination, SIZE_T Room, const C *Source, C **End, SIZE_T *Remaining, ULONG Flags) \
{ return RtlStringCchCatNEx##S(Destination, Room, Source, NTSTRSAFE_MAX_CCH, End, Remaining, Flags); } \
NONPAGED_HELPER NTSTATUS RtlStringCchCopy##S(C *Destination, SIZE_T Room, const C *Source) \
{ return RtlStringCchCopyEx##S(Destination, Room, Source, NULL, NULL, 0); } \
NONPAGED_HELPER NTSTATUS RtlStringCchCopyN##S(C *Destination, SIZE_T Room, const C *Source, SIZE_T Longest) \
{ return RtlStringCchCopyNEx##S(Destination, Room, Source, Longest, NULL, NULL, 0); } \
NONPAGED_HELPER NTSTATUS RtlStringCchCat##S(C *Destination, SIZE_T Room, const C *Source) \
{ return RtlStringCchCatEx##S(Destination, Room, Source, NULL, NULL, 0); } \
NONPAGED_HELPER NTSTATUS RtlStringCchCatN##S(C *Destination, SIZE_T Room, const C *Source, SIZE_T Longest) \
{ return RtlStringCchCatNEx##S(Destination, Room, Source, Longest, NULL, NULL, 0); } \
NONPAGED_HELPER NTSTATUS RtlStringCchVPrintf##S(C *Destination, SIZE_T Room, const C *Format, va_list Arguments) \
{ return RtlStringCchVPrintfEx##S(Destination, Room, NULL, NULL, 0, Format, Arguments); } \
NONPAGED_HELPER NTSTATUS RtlStringCchPrintf##S(C *Destination, SIZE_T Room, const C *Format, ...) \
{ \
    NTSTATUS status; \
    va_list arguments; \
    va_start(arguments, Format); \
    status = RtlStringCchVPrintf##S(Destination, Room, Format, arguments); \
    va_end(arguments); \
    return status; \
} \
NONPAGED_HELPER NTSTATUS RtlStringCchPrintfEx##S( \
    C *Destination, SIZE_T Room, C **End, SIZE_T *Remaining, ULONG Flags, const C *Format, ...) \
{ \
    NTSTATUS status; \
    va_list arguments; \
    va_start(arguments, Format); \
    status = RtlStringCchVPrintfEx##S(Destination, Room, End, Remaining, Flags, Format, arguments); \
    va_end(arguments); \
    return status; \
} \
NONPAGED_HELPER NTSTATUS RtlStringCchLength##S(const C *Text, SIZE_T Longest, SIZE_T *Length) \
{ \
    SIZE_T length = Text == NULL || Longest > NTSTRSAFE_MAX_CCH ? Longest : NonpagedStringLength##S(Text, Longest); \
    if (Length != NULL) *Length = length == Longest ? 0 : length; \
    return length == Longest ? STATUS_INVALID_PARAMETER : STATUS_SUCCESS; \
} \
/* Bytes: what is left of a character counts as remaining. */ \
NONPAGED_HELPER NTSTATUS NonpagedStringBytes##S(NTSTATUS Status, SIZE_T Bytes, SIZE_T *Remaining) \
{ \
    if (Remaining != NULL && Status != STATUS_INVALID_PARAMETER) *Remaining = *Remaining * sizeof(C) + Bytes % sizeof(C); \
    return Status; \
} \
NONPAGED_HELPER NTSTATUS RtlStringCbCopyEx##S(C *Destination, SIZE_T Bytes, const C *Source, C **End, SIZE_T *Remaining, ULONG Flags) \
{ return NonpagedStringBytes##S(RtlStringCchCopyEx##S(Destination, Bytes / sizeof(C), Source, End, Remaining, Flags), Bytes, Remaining); } \
NONPAGED_HELPER NTSTATUS RtlStringCbCopyNEx##S( \
    C *Destination, SIZE_T Bytes, const C *Source, SIZE_T Longest, C **End, SIZE_T *Remaining, ULONG Flags) \
{ \
    return NonpagedStringBytes##S( \
        RtlStringCchCopyNEx##S(Destination, Bytes / sizeof(C), Source, Longest / sizeof(C), End, Remaining, Flags), Bytes, Remaining); \
} \
NONPAGED_HELPER NTSTATUS RtlStringCbCatEx##S(C *Destination, SIZE_T Bytes, const C *Source, C **End, SIZE_T *Remaining, ULONG Flags) \
{ return NonpagedStringBytes##S(RtlStringCchCatEx##S(Destination, Bytes / sizeof(C), Source, End, Remaining, Flags), Bytes, Remaining); } \
NONPAGED_HELPER NTSTATUS RtlStringCbCatNEx##S( \
    C *Destination, SIZE_T Bytes, const C *Source, SIZE_T Longest, C **End, SIZE_T *Remaining, ULONG Flags) \
{ \
    return NonpagedStringBytes##S( \
        RtlStringCchCatNEx##S(Destination, Bytes / sizeof(C), Source, Longest / sizeof(C), End, Remaining, Flags), Bytes, Remaining); \
} \
NONPAGED_HELPER NTSTATUS RtlStringCbVPrintfEx##S( \
    C *Destination, SIZE_T Bytes, C **End, SIZE_T *Remaining, ULONG Flags, const C *Format, va_list Arguments) \
{ \
    return NonpagedStringBytes##S( \
        RtlStringCchVPrintfEx##S(Destination, Bytes / sizeof(C), End, Remaining, Flags, Format, Arguments), Bytes, Remaining); \
} \
NONPAGED_HELPER NTSTATUS RtlStringCbCopy##S(C *Destination, SIZE_T Bytes, const C *Source) \
{ return RtlStringCchCopy##S(Destination, Bytes / sizeof(C), Source); } \
NONPAGED_HELPER NTSTATUS RtlStringCbCopyN##S(C *Destination, SIZE_T Bytes, const C *Source, SIZE_T Longest) \
{ return RtlStringCchCopyN##S(Destination, Bytes / sizeof(C), Source, Longest / sizeof(C)); } \
NONPAGED_HELPER NTSTATUS RtlStringCbCat##S(C *Destination, SIZE_T Bytes, const C *Source) \
{ return RtlStringCchCat##S(Destination, Bytes / sizeof(C), Source); } \
NONPAGED_HELPER NTSTATUS RtlStringCbCatN##S(C *Destination, SIZE_T Bytes, const C *Source, SIZE_T Longest) \
{ return RtlStringCchCatN##S(Destination, Bytes / sizeof(C), Source, Longest / sizeof(C)); } \
NONPAGED_HELPER NTSTATUS RtlStringCbVPrintf##S(C *Destination, SIZE_T Bytes, const C *Format, va_list Arguments) \
{ return RtlStringCchVPrintf##S(Destination, Bytes / sizeof(C), Format, Arguments); } \
NONPAGED_HELPER NTSTATUS RtlStringCbPrintf##S(C *Destination, SIZE_T Bytes, const C *Format, ...) \
{ \
    NTSTATUS status; \
    va_list arguments; \
    va_start(arguments, Format); \
    status = RtlStringCbVPrintf##S(Destination, Bytes, Format, arguments); \
    va_end(arguments); \
    return status; \
} \
NONPAGED_HELPER NTSTATUS RtlStringCbPrintfEx##S( \
    C *Destination, SIZE_T Bytes, C **End, SIZE_T *Remaining, ULONG Flags, const C *Format, ...) \
{ \
    NTSTATUS status; \
    va_list arguments; \
    va_start(arguments, Format); \
    status = RtlStringCbVPrintfEx##S(Destination, Bytes, End, Remaining, Flags, Format, arguments); \
    va_end(arguments); \
    return status; \
} \
NONPAGED_HELPER NTSTATUS RtlStringCbLength##S(const C *Text, SIZE_T Bytes, SIZE_T *Length) \
{ \
    NTSTATUS status = RtlStringCchLength##S(Text, Bytes / sizeof(C), Length); \
    if (Length != NULL) *Length *= sizeof(C); \
    return status; \
}

NONPAGED_STRSAFE(A, char)
NONPAGED_STRSAFE(W, WCHAR)

/* Without a letter: by UNICODE, as the original's. */
#ifdef UNICODE
#define NONPAGED_STRSAFE_NAME(name) name##W
#else
#define NONPAGED_STRSAFE_NAME(name) name##A
#endif
#define RtlStringCchCopy NONPAGED_STRSAFE_NAME(RtlStringCchCopy)
#define RtlStringCchCopyEx NONPAGED_STRSAFE_NAME(RtlStringCchCopyEx)
#define RtlStringCchCopyN NONPAGED_STRSAFE_NAME(RtlStringCchCopyN)
#define RtlStringCchCat NONPAGED_STRSAFE_NAME(RtlStringCchCat)
#define RtlStringCchCatN NONPAGED_STRSAFE_NAME(RtlStringCchCatN)
#define RtlStringCchPrintf NONPAGED_STRSAFE_NAME(RtlStringCchPrintf)
#define RtlStringCchPrintfEx NONPAGED_STRSAFE_NAME(RtlStringCchPrintfEx)
#define RtlStringCchVPrintf NONPAGED_STRSAFE_NAME(RtlStringCchVPrintf)
#define RtlStringCchLength NONPAGED_STRSAFE_NAME(RtlStringCchLength)
#define RtlStringCbCopy NONPAGED_STRSAFE_NAME(RtlStringCbCopy)
#define RtlStringCbCopyN NONPAGED_STRSAFE_NAME(RtlStringCbCopyN)
#define RtlStringCbCat NONPAGED_STRSAFE_NAME(RtlStringCbCat)
#define RtlStringCbCatN NONPAGED_STRSAFE_NAME(RtlStringCbCatN)
#define RtlStringCbPrintf NONPAGED_STRSAFE_NAME(RtlStringCbPrintf)
#define RtlStringCbPrintfEx NONPAGED_STRSAFE_NAME(RtlStringCbPrintfEx)
#define RtlStringCbVPrintf NONPAGED_STRSAFE_NAME(RtlStringCbVPrintf)
#define RtlStringCbLength NONPAGED_STRSAFE_NAME(RtlStringCbLength)

NONPAGED_EXTERN_C_END

#endif
