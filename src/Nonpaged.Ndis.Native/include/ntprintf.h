/*
 * printf as the kernel has it, for drivers: the formats are those of DbgPrint. Included by wdm.h. Where NONPAGED_DRIVER
 * is defined, as nonpaged cc does, sprintf and its siblings have these formats, too, and not the C library's.
 */
#ifndef NONPAGED_NTPRINTF_H
#define NONPAGED_NTPRINTF_H

#include "ntdef.h"

NONPAGED_EXTERN_C_BEGIN

/* At most Count - 1 characters and a zero; returns how many the whole text has. */
SIZE_T NonpagedFormatA(PSTR Buffer, SIZE_T Count, PCSTR Format, va_list Arguments);
SIZE_T NonpagedFormatW(PWSTR Buffer, SIZE_T Count, PCWSTR Format, va_list Arguments);

/* As Microsoft's, -1 where the text does not fit; the buffer ends in a zero even so. */
#define NONPAGED_PRINTF(S, C, Bounded, VBounded) \
NONPAGED_HELPER INT VBounded(C *Buffer, SIZE_T Count, const C *Format, va_list Arguments) \
{ \
    SIZE_T length = NonpagedFormat##S(Buffer, Count, Format, Arguments); \
    return length < Count ? (INT)length : -1; \
} \
NONPAGED_HELPER INT Bounded(C *Buffer, SIZE_T Count, const C *Format, ...) \
{ \
    INT length; \
    va_list arguments; \
    va_start(arguments, Format); \
    length = VBounded(Buffer, Count, Format, arguments); \
    va_end(arguments); \
    return length; \
}

NONPAGED_PRINTF(A, char, _snprintf, _vsnprintf)
NONPAGED_PRINTF(W, WCHAR, _snwprintf, _vsnwprintf)

#ifdef NONPAGED_DRIVER
#define NONPAGED_UNBOUNDED(S, C, Plain, VPlain) \
NONPAGED_HELPER INT VPlain(C *Buffer, const C *Format, va_list Arguments) \
{ return (INT)NonpagedFormat##S(Buffer, MAXLONG, Format, Arguments); } \
NONPAGED_HELPER INT Plain(C *Buffer, const C *Format, ...) \
{ \
    INT length; \
    va_list arguments; \
    va_start(arguments, Format); \
    length = VPlain(Buffer, Format, arguments); \
    va_end(arguments); \
    return length; \
}

/* Here, so that what follows does not rename the C library's own declarations. */
#include <stdio.h>
#include <wchar.h>
NONPAGED_UNBOUNDED(A, char, NonpagedPrintA, NonpagedVPrintA)
NONPAGED_UNBOUNDED(W, WCHAR, NonpagedPrintW, NonpagedVPrintW)
#undef sprintf
#undef vsprintf
#undef snprintf
#undef vsnprintf
#define sprintf NonpagedPrintA
#define vsprintf NonpagedVPrintA
#define swprintf NonpagedPrintW
#define vswprintf NonpagedVPrintW
#define snprintf(buffer, count, ...) _snprintf((buffer), (count), __VA_ARGS__)
#define vsnprintf _vsnprintf
#endif

NONPAGED_EXTERN_C_END

#endif
