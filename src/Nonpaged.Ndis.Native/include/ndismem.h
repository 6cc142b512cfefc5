/* NDIS: memory. A plain C program that links libndis has these and no other calls of NDIS. */
#ifndef NONPAGED_NDISMEM_H
#define NONPAGED_NDISMEM_H

#include "ndisinline.h"

NONPAGED_EXTERN_C_BEGIN

#define NDIS_MEMORY_CONTIGUOUS 0x00000001
#define NDIS_MEMORY_NONCACHED 0x00000002

/* NdisAllocateMemory and NdisFreeMemory: ndisinline.h. */
NDIS_STATUS NdisAllocateMemoryWithTag(PVOID *VirtualAddress, UINT Length, ULONG Tag);

/*
 * How many bytes of a block in use may be used: at least the length that was asked for. Of a block of NdisAllocateMemory, NdisAllocateMemoryWithTag, NdisMAllocateSharedMemory,
 * LocalAlloc, VirtualAlloc, AllocPhysMem or a lookaside list, by its first byte; 0 for any other address. Nonpaged's own, which no version of NDIS has.
 */
SIZE_T NonpagedGetUsableSize(PVOID VirtualAddress);

VOID NdisMAllocateSharedMemory(
    NDIS_HANDLE MiniportAdapterHandle, ULONG Length, BOOLEAN Cached, PVOID *VirtualAddress, PNDIS_PHYSICAL_ADDRESS PhysicalAddress);
VOID NdisMFreeSharedMemory(
    NDIS_HANDLE MiniportAdapterHandle, ULONG Length, BOOLEAN Cached, PVOID VirtualAddress, NDIS_PHYSICAL_ADDRESS PhysicalAddress);

/* Nonpaged lookaside lists: blocks of one size. */
typedef PVOID (*PALLOCATE_FUNCTION)(ULONG PoolType, SIZE_T NumberOfBytes, ULONG Tag);
typedef VOID (*PFREE_FUNCTION)(PVOID Buffer);
typedef PALLOCATE_FUNCTION ALLOCATE_FUNCTION;
typedef PFREE_FUNCTION FREE_FUNCTION;

typedef struct _NPAGED_LOOKASIDE_LIST {
    ULONG_PTR Reserved[16];
} NPAGED_LOOKASIDE_LIST, *PNPAGED_LOOKASIDE_LIST;

VOID NdisInitializeNPagedLookasideList(
    PNPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate, PFREE_FUNCTION Free, ULONG Flags, ULONG Size, ULONG Tag, USHORT Depth);
VOID NdisDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside);
PVOID NdisAllocateFromNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside);
VOID NdisFreeToNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry);

/* Windows CE's own calls. */
#define LMEM_FIXED 0x0000
#define LMEM_MOVEABLE 0x0002
#define LMEM_ZEROINIT 0x0040
#define LPTR (LMEM_FIXED | LMEM_ZEROINIT)
typedef HANDLE HLOCAL;
HLOCAL LocalAlloc(UINT uFlags, UINT uBytes);
HLOCAL LocalReAlloc(HLOCAL hMem, UINT uBytes, UINT uFlags);
UINT LocalSize(HLOCAL hMem);
HLOCAL LocalFree(HLOCAL hMem);

#define MEM_COMMIT 0x1000
#define MEM_RESERVE 0x2000
#define MEM_DECOMMIT 0x4000
#define MEM_RELEASE 0x8000
#define PAGE_NOACCESS 0x01
#define PAGE_READONLY 0x02
#define PAGE_READWRITE 0x04
#define PAGE_NOCACHE 0x200
PVOID VirtualAlloc(PVOID lpAddress, SIZE_T dwSize, DWORD flAllocationType, DWORD flProtect);
BOOL VirtualFree(PVOID lpAddress, SIZE_T dwSize, DWORD dwFreeType);
BOOL VirtualProtect(PVOID lpAddress, SIZE_T dwSize, DWORD flNewProtect, PDWORD lpflOldProtect);
BOOL VirtualLock(PVOID lpAddress, SIZE_T dwSize);
BOOL VirtualUnlock(PVOID lpAddress, SIZE_T dwSize);
PVOID AllocPhysMem(DWORD cbSize, DWORD fdwProtect, DWORD dwAlignmentMask, DWORD dwFlags, PULONG pPhysicalAddress);
BOOL FreePhysMem(PVOID lpvAddress);
DWORD GetLastError(VOID);

/*
 * What the library has to say of its caller's calls: that one failed, and why, or that one was wrong. The environment variable NONPAGED_LOG has it written, to "stderr" or to a file (its path).
 * Equal messages are told when the first comes, and when there are 10, 100, 1000 and so on of them.
 */
#define NONPAGED_MESSAGE_FAILURE 1
#define NONPAGED_MESSAGE_REPORT 2

typedef struct _NONPAGED_MESSAGE {
    /* The size of this structure: a later version of the library may have more members at its end. */
    ULONG Size;
    /* NONPAGED_MESSAGE_FAILURE or NONPAGED_MESSAGE_REPORT. */
    ULONG Type;
    /* What kind of failure (FailureKind of the C# library) or report (NdisReportKind) it is. */
    const char *Kind;
    /* The call, "NdisAllocateMemory". */
    const char *Call;
    /* What was wrong, as a sentence: UTF-8. */
    const char *Reason;
    /* Of a failure: the limit that was met, and what lifts it. Empty in a report. */
    const char *Limit;
    const char *Remedy;
    /* How often this was the message so far. */
    ULONGLONG Count;
    /* errno(3) of a failure's system call; 0 where there is none. */
    INT Errno;
} NONPAGED_MESSAGE, *PNONPAGED_MESSAGE;

typedef VOID (*NONPAGED_MESSAGE_HANDLER)(PVOID Context, const NONPAGED_MESSAGE *Message);

/*
 * Names the function that is called with each message that is told; NULL for none. It is called on the thread whose call the message is about, before that call returns, while no lock of the
 * library is held: it may call the library, whose messages about that go to the log alone. Several threads may call it at once. The message is gone when it returns. It must return: no
 * longjmp, no exception, no end of the thread.
 */
VOID NonpagedSetMessageHandler(NONPAGED_MESSAGE_HANDLER Handler, PVOID Context);

NONPAGED_EXTERN_C_END

#endif
