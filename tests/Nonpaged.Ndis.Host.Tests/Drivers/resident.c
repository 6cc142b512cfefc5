/*
 * Clause C1 of docs/contract.md in a plain C program: what nobody has touched is in memory, and stays there when the kernel is asked to page it out.
 */
#define _DEFAULT_SOURCE
#include <stdio.h>
#include <sys/mman.h>
#include <ndis.h>

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif
#define LENGTH (1 << 20)
#define CLAUSE(number, condition) printf("clause C%d: %s: %s (line %d)\n", (number), (condition) ? "ok" : "FAILED", #condition, __LINE__)

static int IsResident(void *block)
{
    unsigned char pages[LENGTH / 4096];
    size_t index;

    if (mincore(block, LENGTH, pages) != 0) return 0;
    for (index = 0; index < sizeof pages; index++)
        if ((pages[index] & 1) == 0) return 0;
    return 1;
}

int main(void)
{
    NDIS_PHYSICAL_ADDRESS none = NDIS_PHYSICAL_ADDRESS_CONST(-1, -1);
    PVOID block;

    CLAUSE(1, NdisAllocateMemory(&block, LENGTH, 0, none) == NDIS_STATUS_SUCCESS && IsResident(block));
    madvise(block, LENGTH, MADV_PAGEOUT);
    CLAUSE(1, IsResident(block));
    NdisFreeMemory(block, LENGTH, 0);
    return 0;
}
