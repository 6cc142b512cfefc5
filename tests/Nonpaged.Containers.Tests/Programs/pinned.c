/*
 * Allocates blocks that a device could use, says where they are, and waits for a line before it looks whether they are unchanged:
 * meanwhile somebody outside compares their frames. "pinned 4K" keeps huge pages off, which compaction moves less easily; then there
 * is no contiguous block.
 */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>

#include <ndis.h>

enum { SMALL = 1514, BLOCKS = 256, LARGE = 2 << 20 };

static int is_filled(const unsigned char *block, size_t length, unsigned char value)
{
    for (size_t i = 0; i < length; i++)
        if (block[i] != value) return 0;
    return 1;
}

int main(int argc, char **argv)
{
    int wants_small_pages = argc > 1 && strcmp(argv[1], "4K") == 0;
    NDIS_PHYSICAL_ADDRESS none = NDIS_PHYSICAL_ADDRESS_CONST(-1, -1);
    static PVOID small[BLOCKS];
    PVOID large = NULL;

    if (wants_small_pages && prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0) != 0) {
        printf("huge pages cannot be kept off\n");
        return 1;
    }
    for (int i = 0; i < BLOCKS; i++) {
        if (NdisAllocateMemory(&small[i], SMALL, 0, none) != NDIS_STATUS_SUCCESS) {
            printf("no block of %d bytes\n", SMALL);
            return 1;
        }
        memset(small[i], i, SMALL);
    }
    if (!wants_small_pages && NdisAllocateMemory(&large, LARGE, NDIS_MEMORY_CONTIGUOUS, none) != NDIS_STATUS_SUCCESS) {
        printf("no contiguous block of %d bytes\n", LARGE);
        return 1;
    }
    if (large) memset(large, 0xa5, LARGE);

    for (int i = 0; i < BLOCKS; i++) printf("%p %d\n", small[i], SMALL);
    if (large) printf("%p %d\n", large, LARGE);
    printf("ready\n");
    fflush(stdout);
    getchar();

    for (int i = 0; i < BLOCKS; i++) {
        if (!is_filled(small[i], SMALL, (unsigned char)i)) {
            printf("block %d changed\n", i);
            return 2;
        }
        NdisFreeMemory(small[i], SMALL, 0);
    }
    if (large && !is_filled(large, LARGE, 0xa5)) {
        printf("the contiguous block changed\n");
        return 2;
    }
    if (large) NdisFreeMemory(large, LARGE, NDIS_MEMORY_CONTIGUOUS);
    printf("unchanged\n");
    return 0;
}
