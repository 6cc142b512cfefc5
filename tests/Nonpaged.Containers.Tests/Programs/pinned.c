/*
 * Allocates blocks that a device could use, says where they are, and waits for a line before it looks whether they are unchanged:
 * meanwhile somebody outside compares their frames.
 */
#include <stdio.h>
#include <string.h>

#include <ndis.h>

enum { SMALL = 1514, BLOCKS = 256, LARGE = 2 << 20 };

static int is_filled(const unsigned char *block, size_t length, unsigned char value)
{
    for (size_t i = 0; i < length; i++)
        if (block[i] != value) return 0;
    return 1;
}

int main(void)
{
    NDIS_PHYSICAL_ADDRESS none = NDIS_PHYSICAL_ADDRESS_CONST(-1, -1);
    static PVOID small[BLOCKS];
    PVOID large = NULL;

    for (int i = 0; i < BLOCKS; i++) {
        if (NdisAllocateMemory(&small[i], SMALL, 0, none) != NDIS_STATUS_SUCCESS) {
            printf("no block of %d bytes\n", SMALL);
            return 1;
        }
        memset(small[i], i, SMALL);
    }
    if (NdisAllocateMemory(&large, LARGE, NDIS_MEMORY_CONTIGUOUS, none) != NDIS_STATUS_SUCCESS) {
        printf("no contiguous block of %d bytes\n", LARGE);
        return 1;
    }
    memset(large, 0xa5, LARGE);

    for (int i = 0; i < BLOCKS; i++) printf("%p %d\n", small[i], SMALL);
    printf("%p %d\nready\n", large, LARGE);
    fflush(stdout);
    getchar();

    for (int i = 0; i < BLOCKS; i++) {
        if (!is_filled(small[i], SMALL, (unsigned char)i)) {
            printf("block %d changed\n", i);
            return 2;
        }
        NdisFreeMemory(small[i], SMALL, 0);
    }
    if (!is_filled(large, LARGE, 0xa5)) {
        printf("the contiguous block changed\n");
        return 2;
    }
    NdisFreeMemory(large, LARGE, NDIS_MEMORY_CONTIGUOUS);
    printf("unchanged\n");
    return 0;
}
