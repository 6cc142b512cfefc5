/* The kernel's lists under a spin lock, and lookaside lists. Included by ntrtl.h. */
#ifndef NONPAGED_NTEX_H
#define NONPAGED_NTEX_H

#include "wdm.h"
#include "ndismem.h"

NONPAGED_EXTERN_C_BEGIN

PLIST_ENTRY ExInterlockedInsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry, PKSPIN_LOCK Lock);
PLIST_ENTRY ExInterlockedInsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry, PKSPIN_LOCK Lock);
PLIST_ENTRY ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PKSPIN_LOCK Lock);
PSINGLE_LIST_ENTRY ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead, PSINGLE_LIST_ENTRY ListEntry, PKSPIN_LOCK Lock);
PSINGLE_LIST_ENTRY ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead, PKSPIN_LOCK Lock);

/* One instruction does each; the lock is not taken. */
#define ExInterlockedAddUlong(addend, increment, lock) ((void)(lock), __sync_fetch_and_add((addend), (increment)))
#define ExInterlockedIncrementLong(addend, lock) ((void)(lock), InterlockedIncrement(addend))
#define ExInterlockedDecrementLong(addend, lock) ((void)(lock), InterlockedDecrement(addend))
#define ExInterlockedExchangeUlong(target, value, lock) ((void)(lock), InterlockedExchange((target), (value)))

NONPAGED_HELPER LARGE_INTEGER ExInterlockedAddLargeInteger(PLARGE_INTEGER Addend, LARGE_INTEGER Increment, PKSPIN_LOCK Lock)
{
    LARGE_INTEGER before;
    (void)Lock;
    before.QuadPart = __sync_fetch_and_add(&Addend->QuadPart, Increment.QuadPart);
    return before;
}

/* Singly linked lists with a count. A flag in the header guards them. */
typedef SINGLE_LIST_ENTRY SLIST_ENTRY, *PSLIST_ENTRY;

typedef struct _SLIST_HEADER {
    SLIST_ENTRY Next;
    USHORT Depth;
    USHORT Reserved;
    LONG Busy;
} SLIST_HEADER, *PSLIST_HEADER;

NONPAGED_HELPER VOID NonpagedEnterList(PSLIST_HEADER Head)
{
    while (__sync_lock_test_and_set(&Head->Busy, 1) != 0) YieldProcessor();
}

NONPAGED_HELPER PSLIST_ENTRY InterlockedPushEntrySList(PSLIST_HEADER Head, PSLIST_ENTRY Entry)
{
    PSLIST_ENTRY first;
    NonpagedEnterList(Head);
    first = Head->Next.Next;
    Entry->Next = first;
    Head->Next.Next = Entry;
    Head->Depth++;
    __sync_lock_release(&Head->Busy);
    return first;
}

NONPAGED_HELPER PSLIST_ENTRY InterlockedPopEntrySList(PSLIST_HEADER Head)
{
    PSLIST_ENTRY first;
    NonpagedEnterList(Head);
    first = Head->Next.Next;
    if (first != NULL) {
        Head->Next.Next = first->Next;
        Head->Depth--;
    }
    __sync_lock_release(&Head->Busy);
    return first;
}

NONPAGED_HELPER PSLIST_ENTRY InterlockedFlushSList(PSLIST_HEADER Head)
{
    PSLIST_ENTRY first;
    NonpagedEnterList(Head);
    first = Head->Next.Next;
    Head->Next.Next = NULL;
    Head->Depth = 0;
    __sync_lock_release(&Head->Busy);
    return first;
}

#define InitializeSListHead(head) ((void)memset((head), 0, sizeof(SLIST_HEADER)))
#define ExInitializeSListHead(head) InitializeSListHead(head)
#define ExQueryDepthSList(head) ((head)->Depth)
#define QueryDepthSList(head) ((head)->Depth)
#define ExInterlockedPushEntrySList(head, entry, lock) ((void)(lock), InterlockedPushEntrySList((head), (entry)))
#define ExInterlockedPopEntrySList(head, lock) ((void)(lock), InterlockedPopEntrySList(head))
#define ExInterlockedFlushSList(head) InterlockedFlushSList(head)

/* Lookaside lists are NDIS's. All memory is nonpaged. */
typedef NPAGED_LOOKASIDE_LIST PAGED_LOOKASIDE_LIST, *PPAGED_LOOKASIDE_LIST;
#define ExInitializeNPagedLookasideList(list, allocate, free, flags, size, tag, depth) \
    NdisInitializeNPagedLookasideList((list), (allocate), (free), (flags), (ULONG)(size), (tag), (depth))
#define ExDeleteNPagedLookasideList(list) NdisDeleteNPagedLookasideList(list)
#define ExAllocateFromNPagedLookasideList(list) NdisAllocateFromNPagedLookasideList(list)
#define ExFreeToNPagedLookasideList(list, entry) NdisFreeToNPagedLookasideList((list), (entry))
#define ExInitializePagedLookasideList ExInitializeNPagedLookasideList
#define ExDeletePagedLookasideList ExDeleteNPagedLookasideList
#define ExAllocateFromPagedLookasideList ExAllocateFromNPagedLookasideList
#define ExFreeToPagedLookasideList ExFreeToNPagedLookasideList

NONPAGED_EXTERN_C_END

#endif
