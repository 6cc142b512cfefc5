/*
 * The run-time library's strings without regard to case, and those of 16-bit characters: libc's have 32 bits. Included by wdm.h.
 */
#include "wdm.h"

#ifndef NONPAGED_NTWIDE_H
#define NONPAGED_NTWIDE_H

#include <wchar.h>

#define NONPAGED_LOWER(letter) ((letter) >= 'A' && (letter) <= 'Z' ? (letter) - 'A' + 'a' : (letter))

/* Compares Count characters at most, as each of S. */
#define NONPAGED_COMPARE(Name, C, S) \
    NONPAGED_HELPER int Name(const C *First, const C *Second, size_t Count) \
    { \
        for (; Count > 0; Count--, First++, Second++) { \
            int one = S(*First), other = S(*Second); \
            if (one != other) return one < other ? -1 : 1; \
            if (one == 0) return 0; \
        } \
        return 0; \
    }
#define NONPAGED_AS_IT_IS(letter) (letter)

NONPAGED_COMPARE(NonpagedCompareNarrow, char, NONPAGED_LOWER)
NONPAGED_COMPARE(NonpagedCompareWideNoCase, WCHAR, NONPAGED_LOWER)
NONPAGED_COMPARE(NonpagedCompareWide, WCHAR, NONPAGED_AS_IT_IS)

#define _stricmp(first, second) NonpagedCompareNarrow((first), (second), (size_t)-1)
#define _strnicmp(first, second, count) NonpagedCompareNarrow((first), (second), (count))
#define _wcsicmp(first, second) NonpagedCompareWideNoCase((first), (second), (size_t)-1)
#define _wcsnicmp(first, second, count) NonpagedCompareWideNoCase((first), (second), (count))

NONPAGED_HELPER size_t NonpagedWideLength(const WCHAR *Text)
{
    size_t length = 0;
    while (Text[length] != 0) length++;
    return length;
}

NONPAGED_HELPER WCHAR *NonpagedWideCopy(WCHAR *Destination, const WCHAR *Source, size_t Count)
{
    size_t index;
    for (index = 0; index < Count; index++) {
        Destination[index] = Source[index];
        if (Source[index] == 0) break;
    }
    return Destination;
}

/* wcsncpy fills what is left with zeros. */
NONPAGED_HELPER WCHAR *NonpagedWideCopyPadded(WCHAR *Destination, const WCHAR *Source, size_t Count)
{
    size_t index;
    for (index = 0; index < Count && Source[index] != 0; index++) Destination[index] = Source[index];
    for (; index < Count; index++) Destination[index] = 0;
    return Destination;
}

NONPAGED_HELPER WCHAR *NonpagedWideAppend(WCHAR *Destination, const WCHAR *Source)
{
    NonpagedWideCopy(Destination + NonpagedWideLength(Destination), Source, (size_t)-1);
    return Destination;
}

NONPAGED_HELPER WCHAR *NonpagedWideFind(const WCHAR *Text, WCHAR Letter)
{
    for (; *Text != Letter; Text++)
        if (*Text == 0) return NULL;
    return (WCHAR *)(ULONG_PTR)Text;
}

NONPAGED_HELPER WCHAR *NonpagedWideFindLast(const WCHAR *Text, WCHAR Letter)
{
    size_t index = NonpagedWideLength(Text) + 1;
    while (index-- > 0)
        if (Text[index] == Letter) return (WCHAR *)(ULONG_PTR)(Text + index);
    return NULL;
}

NONPAGED_HELPER WCHAR *NonpagedWideFindText(const WCHAR *Text, const WCHAR *Part)
{
    size_t length = NonpagedWideLength(Part);
    for (;; Text++) {
        if (NonpagedCompareWide(Text, Part, length) == 0) return (WCHAR *)(ULONG_PTR)Text;
        if (*Text == 0) return NULL;
    }
}

/* C++ declares them in more headers than one, which may come later. */
#ifndef __cplusplus
#define wcslen(text) NonpagedWideLength(text)
#define wcscpy(destination, source) NonpagedWideCopy((destination), (source), (size_t)-1)
#define wcsncpy(destination, source, count) NonpagedWideCopyPadded((destination), (source), (count))
#define wcscat(destination, source) NonpagedWideAppend((destination), (source))
#define wcscmp(first, second) NonpagedCompareWide((first), (second), (size_t)-1)
#define wcsncmp(first, second, count) NonpagedCompareWide((first), (second), (count))
#define wcschr(text, letter) NonpagedWideFind((text), (letter))
#define wcsrchr(text, letter) NonpagedWideFindLast((text), (letter))
#define wcsstr(text, part) NonpagedWideFindText((text), (part))
#endif

#endif
