/*
 * NdisAllocateMemory with flags 0 and no limit, and NdisFreeMemory of such a block, without leaving the program: they take from and put into the magazines
 * that the library's own functions use (docs/heap.md), and check a free as these do. The library says where a thread's magazines are when the thread first
 * allocates or frees. Where it says nothing, because it is of another version, or every call is to be seen, all calls go to its functions.
 *
 * Leave it out with NONPAGED_NO_INLINE, as AddressSanitizer does.
 */
#ifndef NONPAGED_NDISINLINE_H
#define NONPAGED_NDISINLINE_H

#include "ndisbase.h"

#define NONPAGED_INLINE_VERSION 4

NONPAGED_EXTERN_C_BEGIN

/* A thread's free blocks of one size: slots of a block and the place of its state. */
typedef struct _NONPAGED_MAGAZINE {
    ULONG_PTR *Top;
    ULONG_PTR *Floor;
    ULONG_PTR *Ceiling;
    ULONG_PTR Reserved[5];
} NONPAGED_MAGAZINE;

/*
 * 64 KiB of blocks of one size. From the lowest bit up: by how many bits an address is shifted to become the index of its state, where the magazine is, and above those the
 * address of the states. The state of a block that a caller has is the lowest quarter of its address, of a free one it is odd.
 */
typedef ULONGLONG NONPAGED_CHUNK;

typedef struct _NONPAGED_THREAD {
    PUCHAR Magazines;
    const USHORT *Classes;
    const NONPAGED_CHUNK *Chunks;
    ULONG_PTR ChunkCount;
    BOOLEAN IsAsked;
} NONPAGED_THREAD, *PNONPAGED_THREAD;

VOID NonpagedEnterThread(PNONPAGED_THREAD Thread, ULONG Version);
NDIS_STATUS NdisAllocateMemory(
    PVOID *VirtualAddress, UINT Length, UINT MemoryFlags, NDIS_PHYSICAL_ADDRESS HighestAcceptableAddress);
VOID NdisFreeMemory(PVOID VirtualAddress, UINT Length, UINT MemoryFlags);

#if defined(__SANITIZE_ADDRESS__) && !defined(NONPAGED_NO_INLINE)
#define NONPAGED_NO_INLINE
#endif
#if defined(__has_feature) && !defined(NONPAGED_NO_INLINE)
#if __has_feature(address_sanitizer)
#define NONPAGED_NO_INLINE
#endif
#endif

#if defined(__x86_64__) && !defined(NONPAGED_NO_INLINE)

/* One for each program or driver, however many sources include this. */
__extension__ __thread NONPAGED_THREAD NonpagedThread __attribute__((weak, visibility("hidden"), tls_model("initial-exec")));

#define NONPAGED_LIKELY(condition) __builtin_expect(!!(condition), 1)
#define NONPAGED_LONGEST 65536
#define NONPAGED_LONGEST_LARGE 2097152
#define NONPAGED_LONGEST_SHIFT 16
#define NONPAGED_LARGE_SHIFT 3
#define NONPAGED_MAGAZINE_SHIFT 6
#define NONPAGED_GRANULE_SHIFT 4
#define NONPAGED_CHUNK_SHIFT 16
#define NONPAGED_SIZE_SHIFT_MASK 0x3f
#define NONPAGED_MAGAZINE_MASK 0xffc0
#define NONPAGED_STATES_SHIFT 16
#define NONPAGED_SLOT 2
#define NONPAGED_FREE 1

/* Where a thread's magazines are is asked once. */
static __inline__ VOID NonpagedAskThread(PNONPAGED_THREAD Thread)
{
    if (!NONPAGED_LIKELY(Thread->IsAsked)) {
        Thread->IsAsked = 1;
        NonpagedEnterThread(Thread, NONPAGED_INLINE_VERSION);
    }
}

/*
 * Where the magazine for a length up to NONPAGED_LONGEST_LARGE is among a thread's. Above NONPAGED_LONGEST there are eight sizes a doubling; the table of classes
 * ends with the place of the first one's magazine.
 */
static __inline__ ULONG_PTR NonpagedPlaceOf(PNONPAGED_THREAD Thread, UINT Length)
{
    if (NONPAGED_LIKELY(Length <= NONPAGED_LONGEST)) return Thread->Classes[(Length + ((1u << NONPAGED_GRANULE_SHIFT) - 1)) >> NONPAGED_GRANULE_SHIFT];
    {
        UINT log = 31u - (UINT)__builtin_clz(Length - 1);
        UINT size = ((log - NONPAGED_LONGEST_SHIFT) << NONPAGED_LARGE_SHIFT) + (((Length - 1) >> (log - NONPAGED_LARGE_SHIFT)) & ((1u << NONPAGED_LARGE_SHIFT) - 1));

        return Thread->Classes[(NONPAGED_LONGEST >> NONPAGED_GRANULE_SHIFT) + 1] + ((ULONG_PTR)size << NONPAGED_MAGAZINE_SHIFT);
    }
}

static __inline__ PVOID NonpagedAllocateLarge(PNONPAGED_THREAD Thread, UINT Length)
{
    NONPAGED_MAGAZINE *magazine = (NONPAGED_MAGAZINE *)(PVOID)(Thread->Magazines + NonpagedPlaceOf(Thread, Length));
    ULONG_PTR *top = magazine->Top;
    ULONG_PTR block;

    if (top == magazine->Floor) return NULL;
    block = top[-NONPAGED_SLOT];
    *(USHORT *)top[1 - NONPAGED_SLOT] = (USHORT)block;
    magazine->Top = top - NONPAGED_SLOT;
    return (PVOID)block;
}

static __inline__ NDIS_STATUS NonpagedAllocateMemory(
    PVOID *VirtualAddress, UINT Length, UINT MemoryFlags, NDIS_PHYSICAL_ADDRESS HighestAcceptableAddress)
{
    PNONPAGED_THREAD thread = &NonpagedThread;

    if (NONPAGED_LIKELY(MemoryFlags == 0 && HighestAcceptableAddress.QuadPart == -1 && Length <= NONPAGED_LONGEST)) {
        if (NONPAGED_LIKELY(thread->Magazines != NULL)) {
            NONPAGED_MAGAZINE *magazine = (NONPAGED_MAGAZINE *)(PVOID)(thread->Magazines + NonpagedPlaceOf(thread, Length));
            ULONG_PTR *top = magazine->Top;

            if (NONPAGED_LIKELY(top != magazine->Floor)) {
                ULONG_PTR block = top[-NONPAGED_SLOT];

                *(USHORT *)top[1 - NONPAGED_SLOT] = (USHORT)block;
                magazine->Top = top - NONPAGED_SLOT;
                *VirtualAddress = (PVOID)block;
                return NDIS_STATUS_SUCCESS;
            }
        } else {
            NonpagedAskThread(thread);
        }
    } else if (MemoryFlags == 0 && HighestAcceptableAddress.QuadPart == -1 && Length <= NONPAGED_LONGEST_LARGE && thread->Magazines != NULL) {
        PVOID large = NonpagedAllocateLarge(thread, Length);

        if (NONPAGED_LIKELY(large != NULL)) {
            *VirtualAddress = large;
            return NDIS_STATUS_SUCCESS;
        }
    } else {
        NonpagedAskThread(thread);
    }
    return NdisAllocateMemory(VirtualAddress, Length, MemoryFlags, HighestAcceptableAddress);
}

static __inline__ VOID NonpagedFreeMemory(PVOID VirtualAddress, UINT Length, UINT MemoryFlags)
{
    PNONPAGED_THREAD thread = &NonpagedThread;
    ULONG_PTR block = (ULONG_PTR)VirtualAddress;
    /* Rotated, so that it is beyond any table where the lowest bits are not zero: no block starts there. */
    ULONG_PTR index = (block >> NONPAGED_GRANULE_SHIFT | block << (64 - NONPAGED_GRANULE_SHIFT)) >> (NONPAGED_CHUNK_SHIFT - NONPAGED_GRANULE_SHIFT);

    if (NONPAGED_LIKELY(MemoryFlags == 0 && index < thread->ChunkCount && Length <= NONPAGED_LONGEST_LARGE)) {
        NONPAGED_CHUNK chunk = thread->Chunks[index];
        ULONG_PTR place = chunk & NONPAGED_MAGAZINE_MASK, actual = place;
        NONPAGED_MAGAZINE *magazine;
        ULONG_PTR *top;

        /* The magazine comes from the length, so that it does not wait for the chunk, which only confirms it: a branch is predicted. A length of 0 passes for any. */
        if (Length != 0) {
            place = NonpagedPlaceOf(thread, Length);
            /* Where they are the same, a compiler would take the one from the chunk. */
            __asm__("" : "+r"(actual));
        }
        magazine = (NONPAGED_MAGAZINE *)(PVOID)(thread->Magazines + place);
        top = magazine->Top;
        if (NONPAGED_LIKELY(actual == place && top != magazine->Ceiling)) {
            USHORT *state = (USHORT *)(chunk >> NONPAGED_STATES_SHIFT) + ((ULONG_PTR)(USHORT)block >> (chunk & NONPAGED_SIZE_SHIFT_MASK));

            if (NONPAGED_LIKELY(*state == (USHORT)block)) {
                *state = NONPAGED_FREE;
                /* Two stores: of one vector the next allocation's loads of its halves would take three times as long. */
                *(volatile ULONG_PTR *)&top[0] = block;
                *(volatile ULONG_PTR *)&top[1] = (ULONG_PTR)state;
                magazine->Top = top + NONPAGED_SLOT;
                return;
            }
        }
    } else {
        /* A thread that only frees never allocates. */
        NonpagedAskThread(thread);
    }
    NdisFreeMemory(VirtualAddress, Length, MemoryFlags);
}

#define NdisAllocateMemory(address, length, flags, highest) NonpagedAllocateMemory(address, length, flags, highest)
#define NdisFreeMemory(address, length, flags) NonpagedFreeMemory(address, length, flags)

#endif

NONPAGED_EXTERN_C_END

#endif
