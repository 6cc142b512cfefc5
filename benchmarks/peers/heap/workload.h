/*
 * The heap's workloads in C. Each allocator's file (glibc.c, mimalloc.c, jemalloc.c, rte_mempool.c, rte_malloc.c, rte_memzone.c, ndis.c) defines what is declared
 * under "The allocator" and then includes this, so that its calls are inlined where its headers allow it, as in a program of its user.
 *
 * PROGRAM MILLISECONDS: each line on stdin asks for one measurement of about that time; the answer is a line with nanoseconds for one
 * allocation and one free together ("memory": bytes held from the kernel for each byte of payload), or "-" where it does not apply.
 *
 *   lifo SIZE               one block allocated, its first 8 bytes written, freed
 *   batch SIZE              64 blocks allocated, the first 8 bytes of each written, freed in the same order
 *   churn THREADS           10,000 live blocks of the network mix on each thread; one drawn at random is freed and replaced by one of a random length, written
 *   remote SIZE             one thread allocates and writes, the other frees; a ring of 1024 between them, in bursts of 32
 *   bulk COUNT              COUNT blocks of 2048 bytes allocated together and put into a ring of 1024 descriptors, the oldest COUNT freed together; not written
 *   live SIZE COUNT MANY    COUNT live blocks; MANY drawn at random are freed and then replaced, written
 *   memory PHASE COUNT      filled, churned, freed90: COUNT live blocks of the network mix, every page of them written
 *   handover SIZE           as remote, in a queue of 4096, in portions of 256; the thread that frees is new and never allocates
 *   large SIZE COUNT ZEROED COUNT blocks allocated and written, zeroed as a whole before where ZEROED is 1, then freed
 *   dma COUNT               the same with blocks of 4 KiB for a device
 *   threads COUNT           1,000 threads, COUNT at a time; each allocates, writes and frees 100 blocks of the network mix; for one thread
 *   footprint PHASE         MiB that the process holds: none, classes (4 KiB of each length up to 64 KiB), mix (two threads, 1,000 live blocks of the network mix on each)
 *   drop                    frees what "live" and "memory" keep from line to line
 *
 * benchmarks/Nonpaged.Bench/Heap/Workload.cs is the same in C#: the same order of calls, the same random numbers, the same writes.
 */
#ifndef WORKLOAD_H
#define WORKLOAD_H

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* ---- The allocator ---- */

/* Whether the caller says how long the block is that it frees; otherwise no length is kept for it. */
#ifndef BY_LENGTH
#define BY_LENGTH 0
#endif

/* Once, before anything else. */
static void heap_start(void);
/* A thread other than the first begins and ends. */
static void heap_thread_start(void);
static void heap_thread_end(void);
/* For blocks of one size, so many of them live at most, on so many threads. */
static heap_t heap_open(size_t size, size_t live, unsigned threads);
static void heap_close(heap_t heap);
static inline void *heap_allocate(heap_t heap);
static inline void heap_free(heap_t heap, void *block);
static inline void heap_allocate_bulk(heap_t heap, void **blocks, unsigned count);
static inline void heap_free_bulk(heap_t heap, void **blocks, unsigned count);
/* For blocks of the network mix. */
static void mix_open(size_t live, unsigned threads);
static void mix_close(void);
static inline void *mix_allocate(size_t size);
static inline void mix_free(void *block, size_t size);
/* What the allocator has from the kernel, in bytes. */
static uint64_t heap_held(void);

/* ---- Tools ---- */

static void die(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static double now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* The two processors that are used: the first of those that this process may use. */
static int processors[2];

static void find_processors(void)
{
    cpu_set_t set;
    unsigned found = 0;
    if (sched_getaffinity(0, sizeof set, &set) != 0)
        die("sched_getaffinity");
    for (int i = 0; i < CPU_SETSIZE && found < 2; i++) {
        if (CPU_ISSET(i, &set))
            processors[found++] = i;
    }
    if (found < 2)
        die("two processors are needed");
}

static void pin(unsigned thread)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processors[thread], &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0)
        die("sched_setaffinity");
}

static void pin_both(void)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(processors[0], &set);
    CPU_SET(processors[1], &set);
    if (sched_setaffinity(0, sizeof set, &set) != 0)
        die("sched_setaffinity");
}

/* The harness's own memory, from the kernel, so that no allocator has to do with it; resident before anything is measured. */
static void *table(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED)
        die("no memory for the table of blocks");
    return memory;
}

static inline void *checked(void *block)
{
    if (__builtin_expect(block == NULL, 0))
        die("the allocator has no memory left");
    return block;
}

static inline void write_first(void *block, uint64_t value) { *(volatile uint64_t *)block = value; }

/* One byte in each page, and the last one. */
static inline void write_pages(void *block, size_t size)
{
    for (size_t at = 0; at < size; at += 4096)
        ((volatile char *)block)[at] = 1;
    ((volatile char *)block)[size - 1] = 1;
}

static inline uint32_t next(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 32);
}

static inline size_t draw(uint64_t *state, size_t count) { return (size_t)(((uint64_t)next(state) * count) >> 32); }

/* 60 % 64 bytes, 25 % 1514, 15 % 2048 to 9216. Drawn ahead, so that drawing is no part of what is measured. */
#define LENGTHS (1u << 16)
static uint16_t lengths[LENGTHS];

static void draw_lengths(void)
{
    uint64_t random = 1;
    for (unsigned i = 0; i < LENGTHS; i++) {
        size_t percent = draw(&random, 100);
        lengths[i] = (uint16_t)(percent < 60 ? 64 : percent < 85 ? 1514 : 2048 + draw(&random, 9216 - 2048 + 1));
    }
}

/* ---- Workloads: the time that so many pairs take, in nanoseconds ---- */

struct job {
    size_t size;
    size_t count;
    unsigned many;
    unsigned threads;
    bool zeroed;
    heap_t heap;
    bool is_open;
    void **blocks;
    uint64_t random;
};

static double lifo(struct job *job, size_t pairs)
{
    heap_t heap = job->heap;
    double start = now_ns();
    for (size_t i = 0; i < pairs; i++) {
        void *block = checked(heap_allocate(heap));
        write_first(block, 1);
        heap_free(heap, block);
    }
    return now_ns() - start;
}

#define BATCH 64

static double batch(struct job *job, size_t pairs)
{
    heap_t heap = job->heap;
    void *blocks[BATCH];
    double start = now_ns();
    for (size_t i = 0; i < pairs; i += BATCH) {
        for (unsigned k = 0; k < BATCH; k++) {
            blocks[k] = checked(heap_allocate(heap));
            write_first(blocks[k], 1);
        }
        for (unsigned k = 0; k < BATCH; k++)
            heap_free(heap, blocks[k]);
    }
    return now_ns() - start;
}

#define RING 1024

#define BULK_MAX 64
#define BULK_SIZE 2048

/* What network cards have in some form: where the buffer is, how long, and whose. */
struct descriptor {
    void *address;
    uint32_t length;
    uint32_t flags;
};

static inline void bulk_in(heap_t heap, struct descriptor *descriptors, unsigned many)
{
    void *some[BULK_MAX];
    heap_allocate_bulk(heap, some, many);
    for (unsigned k = 0; k < many; k++)
        descriptors[k] = (struct descriptor){ some[k], BULK_SIZE, 1 };
}

static inline void bulk_out(heap_t heap, struct descriptor *descriptors, unsigned many)
{
    void *some[BULK_MAX];
    for (unsigned k = 0; k < many; k++)
        some[k] = descriptors[k].address;
    heap_free_bulk(heap, some, many);
}

static double bulk(struct job *job, size_t pairs)
{
    static _Alignas(64) struct descriptor ring[RING];
    heap_t heap = job->heap;
    unsigned many = job->many;
    unsigned head = RING - many, tail = 0;
    for (unsigned at = 0; at < head; at += many)
        bulk_in(heap, ring + at, many);
    double start = now_ns();
    for (size_t i = 0; i < pairs; i += many) {
        bulk_in(heap, ring + head, many);
        head = (head + many) % RING;
        bulk_out(heap, ring + tail, many);
        tail = (tail + many) % RING;
    }
    double time = now_ns() - start;
    for (; tail != head; tail = (tail + many) % RING)
        bulk_out(heap, ring + tail, many);
    return time;
}

#define SEGMENTS_MAX 256

static double live(struct job *job, size_t pairs)
{
    heap_t heap = job->heap;
    void **blocks = job->blocks;
    size_t count = job->count;
    uint64_t random = job->random;
    double start = now_ns();
    if (job->many == 1) {
        for (size_t i = 0; i < pairs; i++) {
            size_t slot = draw(&random, count);
            heap_free(heap, blocks[slot]);
            void *block = checked(heap_allocate(heap));
            write_first(block, 1);
            blocks[slot] = block;
        }
    } else {
        /* One of each segment, so that none is drawn twice. */
        unsigned many = job->many;
        size_t segment = count / many;
        size_t slots[SEGMENTS_MAX];
        void *some[SEGMENTS_MAX];
        for (size_t i = 0; i < pairs; i += many) {
            for (unsigned k = 0; k < many; k++) {
                slots[k] = k * segment + draw(&random, segment);
                some[k] = blocks[slots[k]];
            }
            heap_free_bulk(heap, some, many);
            heap_allocate_bulk(heap, some, many);
            for (unsigned k = 0; k < many; k++) {
                write_first(some[k], 1);
                blocks[slots[k]] = some[k];
            }
        }
    }
    double time = now_ns() - start;
    job->random = random;
    return time;
}

static void live_open(struct job *job)
{
    job->heap = heap_open(job->size, job->count, 1);
    job->blocks = table(job->count * sizeof *job->blocks);
    for (size_t i = 0; i < job->count; i++) {
        job->blocks[i] = checked(heap_allocate(job->heap));
        write_first(job->blocks[i], i);
    }
    job->random = 1;
    /* A set that has lived for a while: as many replaced as there are, so that neighbours in the table are none in memory. */
    live(job, job->count - job->count % job->many + job->many);
}

static void live_close(struct job *job)
{
    for (size_t i = 0; i < job->count; i++)
        heap_free(job->heap, job->blocks[i]);
    heap_close(job->heap);
    munmap(job->blocks, job->count * sizeof *job->blocks);
}

/* ---- Two threads ---- */

static atomic_uint arrived;

static void meet(unsigned threads)
{
    atomic_fetch_add(&arrived, 1);
    while (atomic_load(&arrived) < threads)
        __builtin_ia32_pause();
}

struct worker {
    struct job *job;
    size_t pairs;
    unsigned number;
    double time;
};

#define CHURN_LIVE 10000

static void churn_some(void **blocks, uint16_t *sizes, uint64_t *state, size_t pairs)
{
    uint64_t random = *state;
    for (size_t i = 0; i < pairs; i++) {
        size_t slot = draw(&random, CHURN_LIVE);
        size_t size = lengths[(pairs - i) % LENGTHS];
        mix_free(blocks[slot], BY_LENGTH ? sizes[slot] : 0);
        void *block = checked(mix_allocate(size));
        write_first(block, 1);
        blocks[slot] = block;
        if (BY_LENGTH)
            sizes[slot] = (uint16_t)size;
    }
    *state = random;
}

static void churn_on_thread(struct worker *worker)
{
    static void *blocks[2][CHURN_LIVE];
    static uint16_t sizes[2][CHURN_LIVE];
    void **own = blocks[worker->number];
    uint16_t *own_sizes = sizes[worker->number];
    uint64_t random = 1 + worker->number;
    for (unsigned i = 0; i < CHURN_LIVE; i++) {
        own_sizes[i] = lengths[draw(&random, LENGTHS)];
        own[i] = checked(mix_allocate(own_sizes[i]));
        write_first(own[i], 1);
    }
    churn_some(own, own_sizes, &random, 2 * CHURN_LIVE);
    meet(worker->job->threads);
    double start = now_ns();
    churn_some(own, own_sizes, &random, worker->pairs);
    worker->time = now_ns() - start;
    meet(2 * worker->job->threads);
    for (unsigned i = 0; i < CHURN_LIVE; i++)
        mix_free(own[i], own_sizes[i]);
}

#define BURST 32

static struct {
    _Alignas(128) atomic_size_t tail;
    _Alignas(128) atomic_size_t head;
    _Alignas(128) void *blocks[RING];
} between;

static void remote_allocates(struct worker *worker)
{
    heap_t heap = worker->job->heap;
    size_t tail = 0, head = 0;
    meet(2);
    double start = now_ns();
    while (tail < worker->pairs) {
        while (tail + BURST - head > RING) {
            head = atomic_load_explicit(&between.head, memory_order_acquire);
            if (tail + BURST - head > RING)
                __builtin_ia32_pause();
        }
        for (unsigned k = 0; k < BURST; k++) {
            void *block = checked(heap_allocate(heap));
            write_first(block, 1);
            between.blocks[(tail + k) % RING] = block;
        }
        tail += BURST;
        atomic_store_explicit(&between.tail, tail, memory_order_release);
    }
    while (atomic_load_explicit(&between.head, memory_order_acquire) < tail)
        __builtin_ia32_pause();
    worker->time = now_ns() - start;
}

static void remote_frees(struct worker *worker)
{
    heap_t heap = worker->job->heap;
    size_t head = 0;
    meet(2);
    while (head < worker->pairs) {
        size_t tail = atomic_load_explicit(&between.tail, memory_order_acquire);
        if (head == tail) {
            __builtin_ia32_pause();
            continue;
        }
        for (; head < tail; head++)
            heap_free(heap, between.blocks[head % RING]);
        atomic_store_explicit(&between.head, head, memory_order_release);
    }
}

static bool is_remote;

static void *second_thread(void *argument)
{
    pin(1);
    heap_thread_start();
    if (is_remote)
        remote_frees(argument);
    else
        churn_on_thread(argument);
    heap_thread_end();
    return NULL;
}

static double on_threads(struct job *job, size_t pairs, void (*first)(struct worker *))
{
    struct worker workers[2] = { { job, pairs, 0, 0 }, { job, pairs, 1, 0 } };
    pthread_t thread;
    atomic_store(&arrived, 0);
    atomic_store(&between.head, 0);
    atomic_store(&between.tail, 0);
    if (job->threads == 2 && pthread_create(&thread, NULL, second_thread, &workers[1]) != 0)
        die("pthread_create");
    first(&workers[0]);
    if (job->threads == 2)
        pthread_join(thread, NULL);
    return workers[1].time == 0 ? workers[0].time : (workers[0].time + workers[1].time) / 2;
}

static double churn(struct job *job, size_t pairs)
{
    is_remote = false;
    return on_threads(job, pairs, churn_on_thread);
}

static double remote(struct job *job, size_t pairs)
{
    is_remote = true;
    return on_threads(job, pairs, remote_allocates);
}

/* ---- Memory ---- */

static struct {
    void **blocks;
    uint16_t *sizes;
    size_t count;
    uint64_t random;
    uint64_t before;
} kept;

static void memory_replace(size_t slot)
{
    size_t size = lengths[draw(&kept.random, LENGTHS)];
    kept.sizes[slot] = (uint16_t)size;
    kept.blocks[slot] = checked(mix_allocate(size));
    write_pages(kept.blocks[slot], size);
}

static void memory_fill(size_t count)
{
    kept.blocks = table(count * sizeof *kept.blocks);
    kept.sizes = table(count * sizeof *kept.sizes);
    kept.count = count;
    kept.random = 1;
    kept.before = heap_held();
    mix_open(count, 1);
    for (size_t i = 0; i < count; i++)
        memory_replace(i);
}

static void memory_churn(void)
{
    for (size_t i = 0; i < 5 * kept.count; i++) {
        size_t slot = draw(&kept.random, kept.count);
        mix_free(kept.blocks[slot], kept.sizes[slot]);
        memory_replace(slot);
    }
}

static void memory_free(size_t of_ten)
{
    for (size_t i = 0; i < kept.count; i++) {
        if (kept.blocks[i] != NULL && draw(&kept.random, 10) < of_ten) {
            mix_free(kept.blocks[i], kept.sizes[i]);
            kept.blocks[i] = NULL;
        }
    }
}

static double memory_ratio(void)
{
    uint64_t payload = 0;
    for (size_t i = 0; i < kept.count; i++)
        payload += kept.blocks[i] != NULL ? kept.sizes[i] : 0;
    return (double)(heap_held() - kept.before) / (double)payload;
}

static double memory(const char *phase, size_t count)
{
    if (strcmp(phase, "filled") == 0)
        memory_fill(count);
    else if (strcmp(phase, "churned") == 0)
        memory_churn();
    else
        memory_free(9);
    return memory_ratio();
}

#include "rows.h"

/* ---- Lines ---- */

static double target_ns;
static struct job current;

static void drop(void)
{
    if (current.is_open)
        live_close(&current);
    current.is_open = false;
    if (kept.blocks != NULL) {
        memory_free(10);
        mix_close();
        munmap(kept.blocks, kept.count * sizeof *kept.blocks);
        munmap(kept.sizes, kept.count * sizeof *kept.sizes);
        kept.blocks = NULL;
    }
}

static size_t multiple(double pairs, size_t of) { return ((size_t)pairs / of + 1) * of; }

/* So many pairs that they take the time asked for, then these; at least so many. */
static double measure_from(double least, double (*workload)(struct job *, size_t), struct job *job, size_t unit)
{
    size_t pairs = multiple(least, unit);
    double time = workload(job, pairs);
    while (time < target_ns / 4) {
        double times = time > 0 ? target_ns / 2 / time : 100;
        pairs = multiple((double)pairs * (times < 2 ? 2 : times > 100 ? 100 : times), unit);
        time = workload(job, pairs);
    }
    pairs = multiple((double)pairs * target_ns / time, unit);
    return workload(job, pairs) / (double)pairs;
}

static double measure(double (*workload)(struct job *, size_t), struct job *job, size_t unit) { return measure_from(1000, workload, job, unit); }

static double on_one_size(double (*workload)(struct job *, size_t), size_t size, size_t blocks, unsigned many, unsigned threads)
{
    struct job job = { .size = size, .many = many, .threads = threads, .heap = heap_open(size, blocks, threads) };
    double time = measure(workload, &job, many);
    heap_close(job.heap);
    return time;
}

/* A pair may take milliseconds. */
static double on_large(double (*workload)(struct job *, size_t), size_t size, unsigned many, bool zeroed)
{
    if (many == 0 || many > LARGE_MAX)
        die("1 to 64 large blocks");
    struct job job = { .size = size, .many = many, .zeroed = zeroed, .heap = heap_open(size, many, 1) };
    double time = measure_from(1, workload, &job, many);
    heap_close(job.heap);
    return time;
}

static double answer(char *line)
{
    char name[16] = "", phase[16] = "";
    size_t first = 0, second = 0, third = 0;
    if (sscanf(line, "memory %15s %zu", phase, &second) == 2)
        return memory(phase, second);
    if (sscanf(line, "footprint %15s", phase) == 1)
        return footprint(phase);
    sscanf(line, "%15s %zu %zu %zu", name, &first, &second, &third);
    if (strcmp(name, "live") == 0) {
        if (!current.is_open) {
            current = (struct job){ .size = first, .count = second, .many = (unsigned)third };
            live_open(&current);
            current.is_open = true;
        }
        return measure(live, &current, current.many);
    }
    if (strcmp(name, "lifo") == 0)
        return on_one_size(lifo, first, 1, 1, 1);
    if (strcmp(name, "batch") == 0)
        return on_one_size(batch, first, BATCH, BATCH, 1);
    if (strcmp(name, "bulk") == 0)
        return on_one_size(bulk, BULK_SIZE, RING, (unsigned)first, 1);
    if (strcmp(name, "remote") == 0)
        return on_one_size(remote, first, RING, BURST, 2);
    if (strcmp(name, "handover") == 0)
        return on_one_size(handover, first, QUEUE, PORTION, 2);
    if (strcmp(name, "large") == 0)
        return on_large(large, first, (unsigned)second, third != 0);
    if (strcmp(name, "dma") == 0)
        return on_large(dma, DMA_PAGE, (unsigned)first, false);
    if (strcmp(name, "threads") == 0 && first >= 1 && first <= COMING_MAX && COMING % first == 0)
        return threads((unsigned)first);
    if (strcmp(name, "churn") == 0) {
        struct job job = { .threads = (unsigned)first };
        mix_open(CHURN_LIVE * first, (unsigned)first);
        double time = measure(churn, &job, 1);
        mix_close();
        return time;
    }
    if (strcmp(name, "drop") == 0) {
        drop();
        return 0;
    }
    die("no such workload");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 2 || (target_ns = strtod(argv[1], NULL) * 1e6) <= 0) {
        fprintf(stderr, "usage: %s MILLISECONDS, and workloads on stdin\n", argv[0]);
        return 2;
    }
    find_processors();
    heap_start();
    pin(0);
    draw_lengths();
    static char line[128];
    while (fgets(line, sizeof line, stdin) != NULL) {
        printf("%.4f\n", answer(line));
        fflush(stdout);
    }
    /* What is left goes back with the process. */
    _exit(0);
}

#endif
