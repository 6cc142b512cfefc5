/*
 * DPDK's rte_mempool: a pool for each size, with the largest per-lcore cache that it allows (512), multi-producer, multi-consumer. For the
 * network mix one of 64 bytes, one of 1514 rounded up to whole cache lines, and one for each KiB from 2 to 9. There the free is told the block only,
 * as for all others, so it asks the block for its pool (rte_mempool_from_obj). With BY_LENGTH the caller says how long the block is instead.
 */
#define _GNU_SOURCE
#include <stddef.h>

#include <rte_mempool.h>

typedef struct rte_mempool *heap_t;

#include "workload.h"
#include "eal.h"

#define CACHE RTE_MEMPOOL_CACHE_MAX_SIZE
/* A thread's cache is flushed at one and a half of its size; what is in there another thread can't have. */
#define STUCK (CACHE * 3 / 2)
/* A pool must have that many, and one of a program has. */
#define LEAST 2047

static void heap_start(void) { eal_start(); }

static heap_t heap_open(size_t size, size_t live, unsigned threads)
{
    static unsigned number;
    size_t blocks = live + (threads - 1) * 2 * STUCK;
    char name[RTE_MEMPOOL_NAMESIZE];
    snprintf(name, sizeof name, "bench%u", number++);
    if (blocks < LEAST)
        blocks = LEAST;
    heap_t pool = rte_mempool_create(name, (unsigned)blocks, (unsigned)size, CACHE, 0, NULL, NULL, NULL, NULL, SOCKET_ID_ANY, 0);
    if (pool == NULL) {
        fprintf(stderr, "rte_mempool_create, %zu blocks of %zu bytes: %s\n", blocks, size, rte_strerror(rte_errno));
        exit(1);
    }
    return pool;
}

static void heap_close(heap_t heap) { rte_mempool_free(heap); }

static inline void *heap_allocate(heap_t heap)
{
    void *block;
    return rte_mempool_get(heap, &block) == 0 ? block : NULL;
}

/* So many instructions more for each free, which wait for nothing: they show what the length of a pair costs (benchmarks/profile). */
#ifndef MORE_INSTRUCTIONS
#define MORE_INSTRUCTIONS 0
#endif

static inline void heap_free(heap_t heap, void *block)
{
    if (MORE_INSTRUCTIONS)
        __asm__ volatile(".rept %c0\n\tlea 1(%%rsp), %%eax\n\t.endr" : : "i"(MORE_INSTRUCTIONS) : "eax");
    rte_mempool_put(heap, block);
}

static inline void heap_allocate_bulk(heap_t heap, void **blocks, unsigned count)
{
    if (__builtin_expect(rte_mempool_get_bulk(heap, blocks, count) != 0, 0))
        die("the pool is empty");
}

static inline void heap_free_bulk(heap_t heap, void **blocks, unsigned count) { rte_mempool_put_bulk(heap, blocks, count); }

#define LINE 64
#define MIX_MAX 9216

static heap_t pool_of_lines[MIX_MAX / LINE + 1];

static inline heap_t pool_of(size_t size) { return pool_of_lines[(size + LINE - 1) / LINE]; }

/* So many blocks of these lengths are live at most: their share, and six times the scatter of a binomial distribution. */
static size_t most(size_t live, size_t from, size_t to)
{
    size_t those = 0;
    for (unsigned i = 0; i < LENGTHS; i++)
        those += lengths[i] >= from && lengths[i] <= to;
    double expected = (double)live * (double)those / LENGTHS, scatter = 1;
    while (scatter * scatter < expected)
        scatter++;
    return (size_t)(expected + 6 * scatter);
}

static void mix_open(size_t live, unsigned threads)
{
    static const size_t tops[] = { 64, 1536, 3072, 4096, 5120, 6144, 7168, 8192, MIX_MAX };
    size_t line = 1, from = 1;
    for (unsigned i = 0; i < sizeof tops / sizeof *tops; i++) {
        heap_t pool = heap_open(tops[i], most(live, from, tops[i]), threads);
        for (from = tops[i] + 1; line * LINE <= tops[i]; line++)
            pool_of_lines[line] = pool;
    }
}

static void mix_close(void)
{
    /* There is none for no line, so the first differs from the one before it too. */
    for (size_t line = 1; line <= MIX_MAX / LINE; line++) {
        if (pool_of_lines[line] != pool_of_lines[line - 1])
            heap_close(pool_of_lines[line]);
    }
    memset(pool_of_lines, 0, sizeof pool_of_lines);
}

static inline void *mix_allocate(size_t size) { return heap_allocate(pool_of(size)); }

static inline void mix_free(void *block, size_t size)
{
    heap_free(BY_LENGTH ? pool_of(size) : rte_mempool_from_obj(block), block);
}

/* The memory of the pools: what EAL's heap has given to them. */
static uint64_t heap_held(void) { return eal_memory().heap_allocsz_bytes; }
