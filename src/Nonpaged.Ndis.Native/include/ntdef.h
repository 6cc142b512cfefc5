/*
 * The basic types of Windows drivers, on LP64 Linux: ULONG and LONG have 32 bits, pointers 64, wide characters 16.
 */
#ifndef NONPAGED_NTDEF_H
#define NONPAGED_NTDEF_H

#include <stddef.h>
#include <stdarg.h>
#include <string.h>

#include "sal.h"
#include "msvc.h"

#if !defined(__LP64__)
#error "These headers are for systems with 64-bit pointers and longs (LP64)."
#endif
#if __SIZEOF_WCHAR_T__ != 2
#error "Wide characters have 16 bits in a driver: compile with -fshort-wchar (pkg-config --cflags ndis)."
#endif

/* A function that no header declares is not in NDIS here: that is an error when it is compiled, and not when it is loaded. */
#ifndef __cplusplus
#pragma GCC diagnostic error "-Wimplicit-function-declaration"
#endif

#ifdef __cplusplus
#define NONPAGED_EXTERN_C_BEGIN extern "C" {
#define NONPAGED_EXTERN_C_END }
#define EXTERN_C extern "C"
#else
#define NONPAGED_EXTERN_C_BEGIN
#define NONPAGED_EXTERN_C_END
#define EXTERN_C extern
#endif

/* There is one calling convention. */
#define NTAPI
#define NTSYSAPI
#define NTKERNELAPI
#define NTHALAPI
#define FASTCALL
#define CDECL
#define STDCALL
#define APIENTRY
#define CALLBACK
#define __stdcall
#define __cdecl
#define __fastcall
#define UNALIGNED
#define RESTRICTED_POINTER
#ifndef __cplusplus
#define INLINE static __inline__
#endif

/* All of a driver's code and data is resident. */
#define CODE_SEG(section)
#define DATA_SEG(section)
#define INIT_FUNCTION
#define INIT_SECTION
#define PAGED_CODE()
#define PAGED_CODE_LOCKED()
#define NONPAGED_CODE()
#define PAGED_FUNCTION
#define INITCODE
#define PAGEDCODE
#define LOCKEDCODE



#define CONST const
#define VOID void
typedef char CHAR, *PCHAR, *PSTR, *LPSTR, *PCH, *LPCH, *PSZ, TCHAR, *PTCHAR, *PTSTR, *LPTSTR;
typedef signed char CCHAR, *PCCHAR, INT8, *PINT8, SCHAR;
typedef const char *PCSTR, *LPCSTR, *PCCH, *PCSZ, *LPCTSTR;
typedef unsigned char UCHAR, *PUCHAR, BYTE, *PBYTE, UINT8, *PUINT8, BOOLEAN, *PBOOLEAN;
typedef short SHORT, *PSHORT, CSHORT, INT16, *PINT16;
typedef unsigned short USHORT, *PUSHORT, WORD, *PWORD, UINT16, *PUINT16;
typedef int INT, *PINT, LONG, *PLONG, INT32, *PINT32, BOOL, *PBOOL;
typedef unsigned int UINT, *PUINT, ULONG, *PULONG, DWORD, *PDWORD, UINT32, *PUINT32, LOGICAL;
__extension__ typedef long long LONGLONG, *PLONGLONG, INT64, *PINT64, LONG64;
__extension__ typedef unsigned long long ULONGLONG, *PULONGLONG, UINT64, *PUINT64, ULONG64, *PULONG64, DWORDLONG;
typedef long LONG_PTR, *PLONG_PTR, INT_PTR, *PINT_PTR, SSIZE_T, *PSSIZE_T;
typedef unsigned long ULONG_PTR, *PULONG_PTR, UINT_PTR, *PUINT_PTR, DWORD_PTR, *PDWORD_PTR, SIZE_T, *PSIZE_T, KAFFINITY, *PKAFFINITY;
typedef void *PVOID, *LPVOID, *HANDLE, **PHANDLE;
/* There are no programs of 32 bits: IoIs32bitProcess is false, and a pointer of one is never read. */
#define POINTER_32
#define POINTER_64
typedef float FLOAT;
typedef double DOUBLE;
typedef const void *PCVOID, *LPCVOID;
typedef const UCHAR *PCUCHAR;
typedef const char *const *PCZPCSTR;
typedef wchar_t WCHAR, *PWCHAR, *PWSTR, *LPWSTR;
typedef const wchar_t *PCWSTR, *LPCWSTR;
typedef LONG NTSTATUS, *PNTSTATUS;

#ifndef TRUE
#define TRUE 1
#define FALSE 0
#endif
#ifndef MAXULONG
#define MAXUCHAR 0xff
#define MAXUSHORT 0xffff
#define MAXULONG 0xffffffffU
#define MAXLONG 0x7fffffff
#define MINLONG ((LONG)0x80000000)
#define MAXCHAR 0x7f
#define MAXSHORT 0x7fff
#define MAXDWORD MAXULONG
#define MAXWORD MAXUSHORT
#define MAXLONGLONG ((LONGLONG)0x7fffffffffffffff)
#define MAXULONGLONG ((ULONGLONG)-1)
#define MAXULONG_PTR ((ULONG_PTR)-1)
#define MAXUINT MAXULONG
#endif
#ifndef ANSI_NULL
#define ANSI_NULL ((CHAR)0)
#define UNICODE_NULL ((WCHAR)0)
#endif

/* A 64-bit number and its halves. */
typedef union _LARGE_INTEGER {
    __extension__ struct {
        ULONG LowPart;
        LONG HighPart;
    };
    struct {
        ULONG LowPart;
        LONG HighPart;
    } u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;

typedef union _ULARGE_INTEGER {
    __extension__ struct {
        ULONG LowPart;
        ULONG HighPart;
    };
    struct {
        ULONG LowPart;
        ULONG HighPart;
    } u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

typedef LARGE_INTEGER PHYSICAL_ADDRESS, *PPHYSICAL_ADDRESS;

/* Counted strings. Lengths are in bytes. */
typedef struct _UNICODE_STRING {
    USHORT Length;
    USHORT MaximumLength;
    PWSTR Buffer;
} UNICODE_STRING, *PUNICODE_STRING;
typedef const UNICODE_STRING *PCUNICODE_STRING;

typedef struct _STRING {
    USHORT Length;
    USHORT MaximumLength;
    PCHAR Buffer;
} STRING, *PSTRING, ANSI_STRING, *PANSI_STRING;
typedef const STRING *PCSTRING, *PCANSI_STRING;

#define RTL_CONSTANT_STRING(text) { sizeof(text) - sizeof((text)[0]), sizeof(text), (text) }

typedef struct _LIST_ENTRY {
    struct _LIST_ENTRY *Flink;
    struct _LIST_ENTRY *Blink;
} LIST_ENTRY, *PLIST_ENTRY;

typedef struct _SINGLE_LIST_ENTRY {
    struct _SINGLE_LIST_ENTRY *Next;
} SINGLE_LIST_ENTRY, *PSINGLE_LIST_ENTRY;

typedef struct _GUID {
    ULONG Data1;
    USHORT Data2;
    USHORT Data3;
    UCHAR Data4[8];
} GUID, *PGUID, *LPGUID, IID;
typedef const GUID *LPCGUID, *PCGUID;

#define FIELD_OFFSET(type, field) ((LONG)offsetof(type, field))
#define CONTAINING_RECORD(address, type, field) ((type *)(void *)((PCHAR)(address) - offsetof(type, field)))
#define ARRAYSIZE(array) (sizeof(array) / sizeof((array)[0]))
#define RTL_NUMBER_OF(array) ARRAYSIZE(array)
#define RTL_NUMBER_OF_V1(array) ARRAYSIZE(array)
#define RTL_NUMBER_OF_V2(array) ARRAYSIZE(array)
#define RTL_FIELD_TYPE(type, field) (((type *)0)->field)
#define RTL_FIELD_SIZE(type, field) (sizeof(((type *)0)->field))
#define RTL_NUMBER_OF_FIELD(type, field) ARRAYSIZE(((type *)0)->field)
#define RTL_SIZEOF_THROUGH_FIELD(type, field) (offsetof(type, field) + RTL_FIELD_SIZE(type, field))
#define RTL_CONTAINS_FIELD(structure, size, field) \
    (((PCHAR)&(structure)->field + sizeof((structure)->field)) <= ((PCHAR)(structure) + (size)))
#define RTL_PADDING_BETWEEN_FIELDS(type, first, second) \
    (offsetof(type, second) > offsetof(type, first) \
        ? offsetof(type, second) - offsetof(type, first) - RTL_FIELD_SIZE(type, first) \
        : offsetof(type, first) - offsetof(type, second) - RTL_FIELD_SIZE(type, second))
#define RTL_BITS_OF(item) (sizeof(item) * 8)
#define RTL_BITS_OF_FIELD(type, field) RTL_BITS_OF(RTL_FIELD_TYPE(type, field))
#define UFIELD_OFFSET(type, field) ((ULONG)offsetof(type, field))
#define TYPE_ALIGNMENT(type) offsetof(struct { char first; type second; }, second)
#define PROBE_ALIGNMENT(type) TYPE_ALIGNMENT(type)

/* To multiples of a power of two: of a type's size (ALIGN_UP), or of so many bytes (ALIGN_UP_BY). */
#define ALIGN_DOWN_BY(length, alignment) ((ULONG_PTR)(length) & ~((ULONG_PTR)(alignment) - 1))
#define ALIGN_UP_BY(length, alignment) ALIGN_DOWN_BY((ULONG_PTR)(length) + (ULONG_PTR)(alignment) - 1, alignment)
#define ALIGN_DOWN_POINTER_BY(address, alignment) ((PVOID)ALIGN_DOWN_BY(address, alignment))
#define ALIGN_UP_POINTER_BY(address, alignment) ((PVOID)ALIGN_UP_BY(address, alignment))
#define ALIGN_DOWN(length, type) ALIGN_DOWN_BY(length, sizeof(type))
#define ALIGN_UP(length, type) ALIGN_UP_BY(length, sizeof(type))
#define ALIGN_DOWN_POINTER(address, type) ALIGN_DOWN_POINTER_BY(address, sizeof(type))
#define ALIGN_UP_POINTER(address, type) ALIGN_UP_POINTER_BY(address, sizeof(type))
#ifndef ROUND_UP
#define ROUND_UP(value, alignment) ALIGN_UP_BY(value, alignment)
#define ROUND_DOWN(value, alignment) ALIGN_DOWN_BY(value, alignment)
#endif
#define RtlOffsetToPointer(base, offset) ((PCHAR)(base) + (ULONG_PTR)(offset))
#define RtlPointerToOffset(base, pointer) ((ULONG)((PCHAR)(pointer) - (PCHAR)(base)))
#define ARGUMENT_PRESENT(argument) ((argument) != NULL)
#define UNREFERENCED_PARAMETER(parameter) ((void)(parameter))
#define DBG_UNREFERENCED_PARAMETER(parameter) ((void)(parameter))
#define DBG_UNREFERENCED_LOCAL_VARIABLE(variable) ((void)(variable))
#define NONPAGED_JOIN_(a, b) a##b
#define NONPAGED_JOIN(a, b) NONPAGED_JOIN_(a, b)
#define C_ASSERT(condition) \
    typedef char NONPAGED_JOIN(NonpagedAssert, __LINE__)[(condition) ? 1 : -1] __attribute__((__unused__))
#ifndef min
#ifndef __cplusplus
#define min(a, b) ((a) < (b) ? (a) : (b))
#define max(a, b) ((a) > (b) ? (a) : (b))
#endif
#endif
#define LOBYTE(value) ((UCHAR)(value))
#define HIBYTE(value) ((UCHAR)((USHORT)(value) >> 8))
#define MAKEWORD(low, high) ((USHORT)((UCHAR)(low) | (USHORT)(UCHAR)(high) << 8))
#define MAKELONG(low, high) ((LONG)((USHORT)(low) | (ULONG)(USHORT)(high) << 16))
#define LOWORD(value) ((USHORT)(value))
#define HIWORD(value) ((USHORT)((ULONG)(value) >> 16))

#include "ntstatus.h"

#endif
