/*
 * A C program that has its memory from NDIS, and is no driver:
 *
 *   nonpaged sdk ./sdk
 *   cc memory.c $(PKG_CONFIG_PATH=./sdk pkg-config --cflags --libs ndis) -o memory && ./memory
 */
#include <stdio.h>

#include <ndis.h>

int main(void)
{
    NDIS_PHYSICAL_ADDRESS none = NDIS_PHYSICAL_ADDRESS_CONST(-1, -1);
    NDIS_PHYSICAL_ADDRESS physical;
    PVOID ring = NULL, context = NULL;

    if (NdisAllocateMemory(&context, 1514, 0, none) != NDIS_STATUS_SUCCESS) {
        printf("no memory\n");
        return 1;
    }
    NdisFillMemory(context, 1514, 0x5a);

    /* Contiguous: one physical range, which a device could be told the start of. */
    if (NdisAllocateMemory(&ring, 65536, NDIS_MEMORY_CONTIGUOUS, none) != NDIS_STATUS_SUCCESS) {
        printf("no contiguous memory\n");
        NdisFreeMemory(context, 1514, 0);
        return 1;
    }
    physical = MmGetPhysicalAddress(ring);
    printf("context %p, ring %p at physical 0x%x%08x\n", context, ring, (unsigned)physical.HighPart, physical.LowPart);
    NdisFreeMemory(ring, 65536, NDIS_MEMORY_CONTIGUOUS);
    NdisFreeMemory(context, 1514, 0);
    return 0;
}
