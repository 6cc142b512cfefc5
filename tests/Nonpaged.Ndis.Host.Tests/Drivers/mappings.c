/*
 * mappings LEFT [used]: takes all mappings of the process but LEFT (vm.max_map_count), before or after the library's first use. Each call must then succeed or answer its failure, and
 * calls succeed again when there is room. Ends with 0 and "ok".
 */
#include <ndis.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CHECK(condition) do { if (!(condition)) { printf("line %d: %s\n", __LINE__, #condition); return 1; } } while (0)
#define MOST 2000000L

static NDIS_PHYSICAL_ADDRESS none = { .QuadPart = -1 };
static NDIS_PHYSICAL_ADDRESS low = { .QuadPart = 0xffffffff };

int main(int count, char **arguments)
{
    long left = atol(arguments[1]), taken = 0;
    int failed = 0, served = 0;
    PVOID block = NULL;
    NPAGED_LOOKASIDE_LIST list;
    if (count > 2) CHECK(NdisAllocateMemory(&block, 64, 0, none) == NDIS_STATUS_SUCCESS);
    char *area = mmap(NULL, MOST * 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    CHECK(area != MAP_FAILED);
    while (taken < MOST && mprotect(area + taken * 8192, 4096, PROT_READ) == 0) taken++;
    if (taken == MOST) {
        puts("no limit");
        return 0;
    }
    /* One mapping where it is odd. */
    for (long i = 0; i < (left + 1) / 2; i++) mprotect(area + --taken * 8192, 4096, PROT_NONE);
    if (left % 2 != 0) mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    for (int i = 0; i < 60; i++) {
        ULONG physical;
        PVOID page;
        NDIS_PHYSICAL_ADDRESS at;
        UINT length = i % 3 == 0 ? 1 << 20 : i % 3 == 1 ? 1514 : 3 << 20;
        block = &list;
        if (NdisAllocateMemory(&block, length, 0, none) == NDIS_STATUS_SUCCESS) {
            served++;
            memset(block, 1, length);
        } else {
            failed++;
            CHECK(block == NULL);
        }
        CHECK((NdisAllocateMemory(&page, 1 << 21, NDIS_MEMORY_CONTIGUOUS, none) == NDIS_STATUS_SUCCESS) == (page != NULL));
        CHECK((NdisAllocateMemory(&page, 4096, 0, low) == NDIS_STATUS_SUCCESS) == (page != NULL));
        NdisFreeMemory(page, 4096, 0);
        NdisMAllocateSharedMemory(NULL, 65536, TRUE, &page, &at);
        if (page != NULL) NdisMFreeSharedMemory(NULL, 65536, TRUE, page, at);
        page = LocalAlloc(LPTR, 100);
        if (page != NULL) LocalFree(page);
        page = VirtualAlloc(NULL, 8192, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
        if (page != NULL) {
            ULONG old;
            VirtualProtect(page, 4096, PAGE_READONLY, &old);
            VirtualFree(page, 0, MEM_RELEASE);
        }
        page = AllocPhysMem(4096, PAGE_READWRITE, 0, 0, &physical);
        if (page != NULL) FreePhysMem(page);
        NdisInitializeNPagedLookasideList(&list, NULL, NULL, 0, 256, 0, 0);
        page = NdisAllocateFromNPagedLookasideList(&list);
        if (page != NULL) NdisFreeToNPagedLookasideList(&list, page);
        NdisDeleteNPagedLookasideList(&list);
        NdisFreeMemory(&list, 16, 0);
        GetLastError();
    }

    munmap(area, MOST * 8192);
    for (int i = 0; i < 60; i++) CHECK(NdisAllocateMemory(&block, i % 2 == 0 ? 1 << 20 : 1514, 0, none) == NDIS_STATUS_SUCCESS);
    printf("ok: %d served, %d failed\n", served, failed);
    return 0;
}
