/* messages MODE: what a program hears of its bad frees and of its calls that fail. */
#include <ndis.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static NDIS_PHYSICAL_ADDRESS none = { .QuadPart = -1 };
static unsigned long calls;

static void heard(PVOID context, const NONPAGED_MESSAGE *message)
{
    PVOID block;
    __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
    /* The library may be called, and what is wrong here is not told again. */
    if (NdisAllocateMemory(&block, 1 << 20, 0, none) == NDIS_STATUS_SUCCESS) NdisFreeMemory(block, 1 << 20, 0);
    NdisFreeMemory(&block, 64, 0);
    if (context != NULL)
        printf("%u %s %s %s|%s|%s|%llu %u\n", message->Type, message->Kind, message->Call, message->Reason, message->Limit, message->Remedy, message->Count,
            message->Size == sizeof *message);
}

static void *frees(void *unused)
{
    for (ULONG_PTR i = 1; i <= 50000; i++) NdisFreeMemory((PVOID)(i * 16), 64, 0);
    return unused;
}

static long resident(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (fscanf(file, "%*d %ld", &pages) != 1) pages = -1;
    fclose(file);
    return pages * 4;
}

int main(int count, char **arguments)
{
    PVOID block;
    const char *mode = count > 1 ? arguments[1] : "";
    NdisAllocateMemory(&block, 64, 0, none);
    NdisFreeMemory(block, 64, 0);
    if (strcmp(mode, "double") == 0) {
        long before = resident();
        for (int i = 0; i < 1000000; i++) NdisFreeMemory(block, 64, 0);
        printf("%ld\n", resident() - before);
    } else if (strcmp(mode, "handler") == 0) {
        NonpagedSetMessageHandler(heard, &calls);
        for (int i = 0; i < 10; i++) NdisFreeMemory(block, 64, 0);
        NdisAllocateMemory(&block, 0, 0, none);
        NdisAllocateMemory(&block, 0x80000000, 0x10, none);
        NonpagedSetMessageHandler(NULL, NULL);
        NdisFreeMemory(block, 64, 0);
        NdisAllocateMemory(&block, 0, 4, none);
    } else if (strcmp(mode, "threads") == 0) {
        pthread_t threads[4];
        NonpagedSetMessageHandler(heard, NULL);
        for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, frees, NULL);
        for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
        printf("%lu\n", calls);
    }
    return 0;
}
