/*
 * An allocator of malloc's form: ALLOCATE(size) and FREE(block), and FREE_SIZED(block, size) where it has a free that is told the length, for BY_LENGTH. It has no bulk
 * calls, so those are loops.
 */
#ifndef MALLOC_FORM_H
#define MALLOC_FORM_H

#include <stddef.h>

typedef size_t heap_t;

#include "workload.h"

#if BY_LENGTH
#define FREE_OF(block, size) FREE_SIZED(block, size)
#else
#define FREE_OF(block, size) ((void)(size), FREE(block))
#endif

#ifdef WITH_EAL
#include "eal.h"

static void heap_start(void) { eal_start(); }

/* The huge pages that EAL has. */
static uint64_t heap_held(void) { return eal_memory().heap_totalsz_bytes; }
#else
static void heap_start(void) {}
static void heap_thread_start(void) {}
static void heap_thread_end(void) {}

/* Resident pages: proc_pid_statm(5), second field. */
static uint64_t heap_held(void)
{
    unsigned long size, resident;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%lu %lu", &size, &resident) != 2)
        die("/proc/self/statm");
    fclose(file);
    return (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE);
}
#endif

static heap_t heap_open(size_t size, size_t live, unsigned threads)
{
    (void)live, (void)threads;
    return size;
}
static void heap_close(heap_t heap) { (void)heap; }
static inline void *heap_allocate(heap_t heap) { return ALLOCATE(heap); }
static inline void heap_free(heap_t heap, void *block)
{
    FREE_OF(block, heap);
}
static inline void heap_allocate_bulk(heap_t heap, void **blocks, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        blocks[i] = checked(ALLOCATE(heap));
}
static inline void heap_free_bulk(heap_t heap, void **blocks, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        FREE_OF(blocks[i], heap);
}
static void mix_open(size_t live, unsigned threads) { (void)live, (void)threads; }
static void mix_close(void) {}
static inline void *mix_allocate(size_t size) { return ALLOCATE(size); }
static inline void mix_free(void *block, size_t size)
{
    FREE_OF(block, size);
}

#endif
