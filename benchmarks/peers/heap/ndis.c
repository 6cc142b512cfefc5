/* Ours, from C: NdisAllocateMemory and NdisFreeMemory of libndis, inlined by its header. A length of 0 passes for any. */
#define _GNU_SOURCE
#include <ndis.h>

static inline void *ndis_allocate(UINT size)
{
    static const NDIS_PHYSICAL_ADDRESS none = NDIS_PHYSICAL_ADDRESS_CONST(-1, -1);
    PVOID block;
    return NdisAllocateMemory(&block, size, 0, none) == NDIS_STATUS_SUCCESS ? block : NULL;
}

#define ALLOCATE(size) ndis_allocate((UINT)(size))
#define FREE(block) NdisFreeMemory(block, 0, 0)
#define FREE_SIZED(block, size) NdisFreeMemory(block, (UINT)(size), 0)
#include "malloc.h"
