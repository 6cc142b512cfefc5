/*
 * A thread that only frees finds its magazines, as one that allocates does. Blocks of each size up to 2 MiB and above come, are apart, and tell how much of them can be used; what is no
 * block in use tells 0.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ndis.h>

#define BLOCKS 100

static PVOID blocks[BLOCKS];
static const NDIS_PHYSICAL_ADDRESS none = NDIS_PHYSICAL_ADDRESS_CONST(-1, -1);

static void check(int is_so, const char *what)
{
    if (is_so) return;
    printf("%s\n", what);
    exit(1);
}

static void *free_all(void *argument)
{
    int i;

    (void)argument;
    check(NonpagedThread.Magazines == NULL, "a new thread has magazines");
    for (i = 0; i < BLOCKS; i++) NdisFreeMemory(blocks[i], 64, 0);
    check(NonpagedThread.Magazines != NULL, "a thread that only frees has none");
    return NULL;
}

static void freeing_thread(void)
{
    pthread_t thread;
    int i;

    for (i = 0; i < BLOCKS; i++) check(NdisAllocateMemory(&blocks[i], 64, 0, none) == NDIS_STATUS_SUCCESS, "no memory");
    check(pthread_create(&thread, NULL, free_all, NULL) == 0 && pthread_join(thread, NULL) == 0, "no thread");
    for (i = 0; i < BLOCKS; i++) check(NonpagedGetUsableSize(blocks[i]) == 0, "a block was not freed");
}

static void sizes(void)
{
    UINT length;

    for (length = 1; length <= 3u << 20; length += length / 7 + 1) {
        PVOID first, second, again;
        SIZE_T size;

        check(NdisAllocateMemory(&first, length, 0, none) == NDIS_STATUS_SUCCESS, "no memory");
        check(NdisAllocateMemory(&second, length, 0, none) == NDIS_STATUS_SUCCESS, "no second memory");
        size = NonpagedGetUsableSize(first);
        check(size >= length && size <= length + length / 8 + 4096, "the size is not that of the block");
        memset(first, 0x5a, size);
        memset(second, 0xa5, NonpagedGetUsableSize(second));
        check(((PUCHAR)first)[0] == 0x5a && ((PUCHAR)first)[size - 1] == 0x5a, "two blocks overlap");
        check(length <= 65536 || ((ULONG_PTR)first & 4095) == 0, "a large block does not start on a page");
        check(NonpagedGetUsableSize((PUCHAR)first + 16) == 0 || size <= 16, "the middle of a block has a size");
        NdisFreeMemory(second, length, 0);
        check(NonpagedGetUsableSize(second) == 0, "a freed block has a size");
        check(NdisAllocateMemory(&again, length, 0, none) == NDIS_STATUS_SUCCESS, "no memory again");
        check(length > 2u << 20 || again == second, "the block that was freed last does not come back");
        NdisFreeMemory(again, length, 0);
        NdisFreeMemory(first, length, 0);
    }
}

int main(void)
{
    int local;
    PVOID contiguous;

    sizes();
    freeing_thread();
    check(NonpagedGetUsableSize(NULL) == 0 && NonpagedGetUsableSize(&local) == 0, "what is no block has a size");
    check(NdisAllocateMemory(&contiguous, 5000, NDIS_MEMORY_CONTIGUOUS, none) == NDIS_STATUS_SUCCESS, "no contiguous memory");
    check(NonpagedGetUsableSize(contiguous) == 8192, "whole pages can be used");
    NdisFreeMemory(contiguous, 5000, NDIS_MEMORY_CONTIGUOUS);
    printf("ok\n");
    return 0;
}
