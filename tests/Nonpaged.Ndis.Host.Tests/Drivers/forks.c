/*
 * forks MODE: what a child of fork(2) that does not exec gets of the library. Ends with 0 and "ok", or says which line did not hold. A child that hangs is ended by a signal.
 */
#include <ndis.h>
#include <dirent.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHECK(condition) do { if (!(condition)) { printf("line %d: %s\n", __LINE__, #condition); fflush(stdout); _exit(1); } } while (0)

static NDIS_PHYSICAL_ADDRESS none = { .QuadPart = -1 };
static volatile int stop;
static int inherited;

static void *get(UINT length)
{
    void *block = &none;
    NDIS_STATUS status = NdisAllocateMemory(&block, length, 0, none);
    CHECK((status == NDIS_STATUS_SUCCESS) == (block != NULL));
    return block;
}

/* Memory files, rings and pipes that this process has open, without those that it had before its first call. */
static int held(void)
{
    char path[300], target[300];
    struct dirent *entry;
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while ((entry = readdir(folder)) != NULL) {
        ssize_t length;
        snprintf(path, sizeof path, "/proc/self/fd/%s", entry->d_name);
        length = readlink(path, target, sizeof target - 1);
        if (length <= 0) continue;
        target[length] = 0;
        count += strstr(target, "memfd:") != NULL || strstr(target, "io_uring") != NULL || strstr(target, "pipe:") != NULL;
    }
    closedir(folder);
    return count - inherited;
}

static pid_t begin(void)
{
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) alarm(30);
    return child;
}

static void end(pid_t child)
{
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    if (WIFSIGNALED(status)) printf("the child got signal %d\n", WTERMSIG(status));
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void *refused(void *unused)
{
    CHECK(get(1514) == NULL);
    return unused;
}

/* Every call, in a child. */
static void all_fail(void *small, void *large)
{
    NPAGED_LOOKASIDE_LIST list;
    NDIS_PHYSICAL_ADDRESS physical = { .QuadPart = 1 };
    PVOID block = &list;
    ULONG old, low = 1;
    CHECK(held() == 0);
    CHECK(get(64) == NULL && get(1514) == NULL && get(1 << 20) == NULL);
    CHECK(NdisAllocateMemoryWithTag(&block, 64, 1) == NDIS_STATUS_FAILURE && block == NULL);
    NdisFreeMemory(small, 1514, 0);
    NdisFreeMemory(large, 1 << 20, 0);
    NdisMAllocateSharedMemory(NULL, 4096, TRUE, &block, &physical);
    CHECK(block == NULL && physical.QuadPart == 0);
    NdisMFreeSharedMemory(NULL, 4096, TRUE, large, physical);
    CHECK(MmGetPhysicalAddress(large).QuadPart == 0);
    NdisInitializeNPagedLookasideList(&list, NULL, NULL, 0, 64, 0, 0);
    CHECK(NdisAllocateFromNPagedLookasideList(&list) == NULL);
    NdisFreeToNPagedLookasideList(&list, small);
    NdisDeleteNPagedLookasideList(&list);
    CHECK(LocalAlloc(0, 64) == NULL && LocalReAlloc(small, 64, 0) == NULL && LocalSize(small) == 0 && LocalFree(small) == small);
    CHECK(VirtualAlloc(NULL, 4096, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE) == NULL && !VirtualFree(large, 0, MEM_RELEASE));
    CHECK(!VirtualProtect(large, 4096, PAGE_READONLY, &old) && !VirtualLock(large, 4096) && !VirtualUnlock(large, 4096));
    CHECK(AllocPhysMem(4096, PAGE_READWRITE, 0, 0, &low) == NULL && low == 0 && !FreePhysMem(large));
    CHECK(GetLastError() == 8);
    NonpagedSetMessageHandler(NULL, NULL);
}

static void *forker(void *small)
{
    pid_t child;
    NdisFreeMemory(get(1514), 1514, 0);
    child = begin();
    if (child == 0) {
        all_fail(small, small);
        /* The last thread's end is the process's. */
        pthread_exit(NULL);
    }
    end(child);
    return NULL;
}

static void *busy(void *unused)
{
    while (!stop) {
        void *blocks[40];
        for (int i = 0; i < 40; i++) blocks[i] = get(i % 8 == 0 ? 1 << 16 : 1514);
        for (int i = 0; i < 40; i++) NdisFreeMemory(blocks[i], 0, 0);
    }
    return unused;
}

int main(int count, char **arguments)
{
    const char *mode = count > 1 ? arguments[1] : "";
    char *small, *large;
    pthread_t threads[3];
    pid_t child;
    int said[2];

    CHECK(pipe(said) == 0);
    inherited = held();
    alarm(120);
    if (strcmp(mode, "fresh") == 0) {
        child = begin();
        if (child == 0) {
            char *block = get(1514), *pages = get(1 << 20);
            CHECK(block != NULL && pages != NULL);
            memset(block, 1, 1514);
            memset(pages, 1, 1 << 20);
            /* It is a parent as any other. */
            child = begin();
            if (child == 0) {
                all_fail(block, pages);
                _exit(0);
            }
            end(child);
            NdisFreeMemory(block, 1514, 0);
            _exit(0);
        }
        end(child);
        CHECK(get(1514) != NULL);
        puts("ok");
        return 0;
    }

    small = get(1514);
    large = get(1 << 20);
    CHECK(small != NULL && large != NULL && held() > 0);
    strcpy(small, "small");
    strcpy(large, "large");
    /* One is in a magazine. */
    NdisFreeMemory(get(1514), 1514, 0);
    NdisFreeMemory(get(64), 64, 0);
    if (strcmp(mode, "calls") == 0) {
        child = begin();
        if (child == 0) {
            pthread_t thread;
            all_fail(small, large);
            pthread_create(&thread, NULL, refused, NULL);
            pthread_join(thread, NULL);
            /* By way of what was registered with atexit. */
            exit(0);
        }
        end(child);
    } else if (strcmp(mode, "again") == 0) {
        child = begin();
        if (child == 0) {
            child = begin();
            if (child == 0) {
                all_fail(small, large);
                _exit(0);
            }
            end(child);
            all_fail(small, large);
            _exit(0);
        }
        end(child);
    } else if (strcmp(mode, "thread") == 0) {
        pthread_create(&threads[0], NULL, forker, small);
        pthread_join(threads[0], NULL);
    } else if (strcmp(mode, "busy") == 0) {
        for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, busy, NULL);
        for (int i = 0; i < 100; i++) {
            child = begin();
            if (child == 0) {
                CHECK(get(1514) == NULL && get(1 << 20) == NULL);
                NdisFreeMemory(small, 1514, 0);
                exit(0);
            }
            end(child);
        }
        stop = 1;
        for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
    } else if (strcmp(mode, "daemon") == 0) {
        char answer = 0;
        if (fork() == 0) {
            if (daemon(1, 1) != 0) _exit(1);
            alarm(30);
            all_fail(small, large);
            if (write(said[1], "k", 1) != 1) _exit(1);
            _exit(0);
        }
        CHECK(read(said[0], &answer, 1) == 1 && answer == 'k');
        while (wait(NULL) > 0) { }
    } else {
        CHECK(!"a mode");
    }
    /* The parent has what it had. */
    CHECK(strcmp(small, "small") == 0 && strcmp(large, "large") == 0 && held() > 0);
    NdisFreeMemory(small, 1514, 0);
    NdisFreeMemory(large, 1 << 20, 0);
    large = get(1 << 20);
    CHECK(large != NULL);
    memset(large, 1, 1 << 20);
    puts("ok");
    return 0;
}
