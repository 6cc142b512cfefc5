/*
 * Threads that C code starts allocate, free half of what they have, leave the rest to the first thread, and end. What the library keeps for a thread must go when
 * the thread has ended: the address space of this process stays what it was, though 200 more threads came and went.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include <ndis.h>

#define BLOCKS 1000
#define THREADS 200

static PVOID blocks[BLOCKS];
static const NDIS_PHYSICAL_ADDRESS none = NDIS_PHYSICAL_ADDRESS_CONST(-1, -1);
static pthread_key_t key;

/* Runs when the runtime has let go of the thread, or before: both must do. */
static void free_late(void *block) { NdisFreeMemory(block, 64, 0); }

static void fail(const char *what)
{
    printf("%s\n", what);
    exit(1);
}

static void *work(void *argument)
{
    PVOID late;
    int i;

    (void)argument;
    for (i = 0; i < BLOCKS; i++) {
        if (NdisAllocateMemory(&blocks[i], (UINT)(64 + i), 0, none) != NDIS_STATUS_SUCCESS)
            fail("no memory");
        *(int *)blocks[i] = i;
    }
    for (i = 0; i < BLOCKS; i += 2) {
        if (*(int *)blocks[i] != i)
            fail("a block changed");
        NdisFreeMemory(blocks[i], (UINT)(64 + i), 0);
    }
    if (NdisAllocateMemory(&late, 64, 0, none) != NDIS_STATUS_SUCCESS)
        fail("no memory");
    pthread_setspecific(key, late);
    return NULL;
}

static void run(int threads)
{
    pthread_t thread;
    int i;

    while (threads-- > 0) {
        if (pthread_create(&thread, NULL, work, NULL) != 0 || pthread_join(thread, NULL) != 0)
            fail("no thread");
        for (i = 1; i < BLOCKS; i += 2) {
            if (*(int *)blocks[i] != i)
                fail("a block changed");
            NdisFreeMemory(blocks[i], (UINT)(64 + i), 0);
        }
    }
}

/* proc_pid_statm(5): pages of address space, and those resident. */
static void measure(long *size, long *resident)
{
    FILE *file = fopen("/proc/self/statm", "r");

    if (file == NULL || fscanf(file, "%ld %ld", size, resident) != 2)
        fail("/proc/self/statm");
    fclose(file);
}

int main(void)
{
    long size, resident, size_after, resident_after;

    if (pthread_key_create(&key, free_late) != 0)
        fail("no key");
    run(20);
    measure(&size, &resident);
    run(THREADS);
    measure(&size_after, &resident_after);
    printf("%d threads: %ld pages of address space more, %ld resident\n", THREADS, size_after - size, resident_after - resident);
    return size_after - size > THREADS * 128 || resident_after - resident > THREADS * 8;
}
