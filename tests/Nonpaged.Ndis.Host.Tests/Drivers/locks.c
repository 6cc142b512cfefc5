/*
 * locks first|late: mlockall(2) of all that the process has and will have, before or after the library's first use, as real-time
 * programs do. What the library only reserves must not be filled.
 * Ends with 0 and the KiB that are resident and those of page tables. (VmLck is address space, filled or not.) Where the kernel gives
 * memory that is only read pages of its own it says "no zero page".
 */
#include <ndis.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define CHECK(condition) do { if (!(condition)) { printf("line %d: %s\n", __LINE__, #condition); return 1; } } while (0)

static NDIS_PHYSICAL_ADDRESS none = { .QuadPart = -1 };

static long status(const char *name)
{
    char line[256];
    long value = -1;
    FILE *file = fopen("/proc/self/status", "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0) sscanf(line + strlen(name), "%ld", &value);
    if (file != NULL) fclose(file);
    return value;
}

static int has_zero_page(void)
{
    enum { LENGTH = 4 << 20 };
    long before = status("RssAnon:");
    volatile char *memory = mmap(NULL, LENGTH, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char sum = 0;
    if (memory == MAP_FAILED) return 1;
    for (int i = 0; i < LENGTH; i += 4096) sum += memory[i];
    long read = status("RssAnon:") - before;
    munmap((void *)memory, LENGTH);
    return read < LENGTH >> 11 || sum != 0;
}

static void *use(void *context)
{
    PVOID blocks[300];
    for (int i = 0; i < 300; i++) {
        if (NdisAllocateMemory(&blocks[i], 1514, 0, none) != NDIS_STATUS_SUCCESS) return NULL;
        memset(blocks[i], 1, 1514);
    }
    for (int i = 0; i < 300; i++) NdisFreeMemory(blocks[i], 1514, 0);
    return context;
}

int main(int count, char **arguments)
{
    PVOID block, pages;
    int mark;
    if (count > 1 && strcmp(arguments[1], "late") == 0) {
        if (!has_zero_page()) {
            printf("no zero page\n");
            return 0;
        }
        CHECK(use(&mark) == &mark);
    }
    CHECK(mlockall(MCL_CURRENT | MCL_FUTURE) == 0);
    CHECK(use(&mark) == &mark);
    for (int i = 0; i < 2; i++) {
        pthread_t thread;
        void *result;
        CHECK(pthread_create(&thread, NULL, use, &mark) == 0);
        CHECK(pthread_join(thread, &result) == 0 && result == &mark);
    }
    CHECK(NdisAllocateMemory(&pages, 4 << 20, 0, none) == NDIS_STATUS_SUCCESS);
    memset(pages, 1, 4 << 20);
    CHECK(NdisAllocateMemory(&block, 4096, NDIS_MEMORY_CONTIGUOUS, none) == NDIS_STATUS_SUCCESS);
    NdisFreeMemory(block, 4096, NDIS_MEMORY_CONTIGUOUS);
    NdisFreeMemory(pages, 4 << 20, 0);
    printf("%ld %ld\n", status("VmRSS:"), status("VmPTE:"));
    return 0;
}
