/*
 * The rows of workload.h that are about more than small blocks on threads that stay: a hand-over between threads, large blocks, blocks for a device, threads that come and go,
 * what a small program holds. Included by workload.h.
 */
#ifndef ROWS_H
#define ROWS_H

/* ---- handover: one thread allocates, another one frees, and has never allocated ---- */

#define QUEUE 4096
#define PORTION 256

static struct {
    _Alignas(128) atomic_size_t tail;
    _Alignas(128) atomic_size_t head;
    _Alignas(128) void *blocks[QUEUE];
} queue;

struct handover {
    heap_t heap;
    size_t pairs;
};

static void *handover_frees(void *argument)
{
    struct handover *handover = argument;
    heap_t heap = handover->heap;
    pin(1);
    heap_thread_start();
    meet(2);
    for (size_t head = 0; head < handover->pairs; head += PORTION) {
        while (atomic_load_explicit(&queue.tail, memory_order_acquire) < head + PORTION)
            __builtin_ia32_pause();
        for (unsigned k = 0; k < PORTION; k++)
            heap_free(heap, queue.blocks[(head + k) % QUEUE]);
        atomic_store_explicit(&queue.head, head + PORTION, memory_order_release);
    }
    heap_thread_end();
    return NULL;
}

static double handover(struct job *job, size_t pairs)
{
    struct handover handover = { job->heap, pairs };
    pthread_t thread;
    atomic_store(&arrived, 0);
    atomic_store(&queue.head, 0);
    atomic_store(&queue.tail, 0);
    if (pthread_create(&thread, NULL, handover_frees, &handover) != 0)
        die("pthread_create");
    meet(2);
    double start = now_ns();
    for (size_t tail = 0; tail < pairs; tail += PORTION) {
        while (tail + PORTION > atomic_load_explicit(&queue.head, memory_order_acquire) + QUEUE)
            __builtin_ia32_pause();
        for (unsigned k = 0; k < PORTION; k++) {
            void *block = checked(heap_allocate(handover.heap));
            write_first(block, 1);
            queue.blocks[(tail + k) % QUEUE] = block;
        }
        atomic_store_explicit(&queue.tail, tail + PORTION, memory_order_release);
    }
    while (atomic_load_explicit(&queue.head, memory_order_acquire) < pairs)
        __builtin_ia32_pause();
    double time = now_ns() - start;
    pthread_join(thread, NULL);
    return time;
}

/* ---- large: COUNT blocks allocated and written, then freed in the same order ---- */

#define LARGE_MAX 64

static double large(struct job *job, size_t pairs)
{
    heap_t heap = job->heap;
    void *blocks[LARGE_MAX];
    double start = now_ns();
    for (size_t i = 0; i < pairs; i += job->many) {
        for (unsigned k = 0; k < job->many; k++) {
            blocks[k] = checked(heap_allocate(heap));
            if (job->zeroed)
                memset(blocks[k], 0, job->size);
            write_first(blocks[k], 1);
        }
        for (unsigned k = 0; k < job->many; k++)
            heap_free(heap, blocks[k]);
    }
    return now_ns() - start;
}

/* ---- dma: the same with pages for a device, by an allocator's own calls for those ---- */

#define DMA_PAGE 4096

#ifdef DMA
static inline const char *dma_name(unsigned number)
{
    static char names[LARGE_MAX][16];
    if (names[number][0] == 0)
        snprintf(names[number], sizeof names[number], "dma%u", number);
    return names[number];
}

static double dma(struct job *job, size_t pairs)
{
    const void *blocks[LARGE_MAX];
    dma_name(0);
    double start = now_ns();
    for (size_t i = 0; i < pairs; i += job->many) {
        for (unsigned k = 0; k < job->many; k++) {
            blocks[k] = DMA(k);
            if (blocks[k] == NULL)
                die("the allocator has no memory left");
            write_first((void *)DMA_ADDRESS(blocks[k]), 1);
        }
        for (unsigned k = 0; k < job->many; k++)
            DMA_FREE((void *)blocks[k]);
    }
    return now_ns() - start;
}
#else
static double dma(struct job *job, size_t pairs)
{
    (void)job, (void)pairs;
    die("this allocator has no call for a device's memory");
    return 0;
}
#endif

/* ---- threads: they come, allocate and free some blocks of the network mix, and go ---- */

#define COMING 1000
#define COMING_BLOCKS 100
#define COMING_MAX 8

static void *comes_and_goes(void *argument)
{
    unsigned first = *(unsigned *)argument;
    void *blocks[COMING_BLOCKS];
    heap_thread_start();
    for (unsigned k = 0; k < COMING_BLOCKS; k++) {
        blocks[k] = checked(mix_allocate(lengths[(first + k) % LENGTHS]));
        write_first(blocks[k], 1);
    }
    for (unsigned k = 0; k < COMING_BLOCKS; k++)
        mix_free(blocks[k], lengths[(first + k) % LENGTHS]);
    heap_thread_end();
    return NULL;
}

/* On one processor where one comes after the other; on both where several are there together. For one thread, in nanoseconds. */
static double threads(unsigned together)
{
    pthread_t some[COMING_MAX];
    unsigned firsts[COMING_MAX];
    mix_open(COMING_BLOCKS * together, together + 1);
    if (together > 1)
        pin_both();
    double start = now_ns();
    for (unsigned i = 0; i < COMING; i += together) {
        for (unsigned k = 0; k < together; k++) {
            firsts[k] = (i + k) * COMING_BLOCKS;
            if (pthread_create(&some[k], NULL, comes_and_goes, &firsts[k]) != 0)
                die("pthread_create");
        }
        for (unsigned k = 0; k < together; k++)
            pthread_join(some[k], NULL);
    }
    double time = now_ns() - start;
    pin(0);
    mix_close();
    return time / COMING;
}

/* ---- footprint: what a small program holds, in MiB: resident pages, and huge pages of the kernel's pool, which proc_pid_status(5) counts apart ---- */

static double resident(void)
{
    unsigned long sum = 0, kib;
    char line[256];
    FILE *file = fopen("/proc/self/status", "r");
    if (file == NULL)
        die("/proc/self/status");
    while (fgets(line, sizeof line, file) != NULL) {
        if (sscanf(line, "VmRSS: %lu kB", &kib) == 1 || sscanf(line, "HugetlbPages: %lu kB", &kib) == 1)
            sum += kib;
    }
    fclose(file);
    return (double)sum / 1024;
}

#define CLASS_BYTES 4096
#define CLASS_LONGEST 65536
#define SMALL_LIVE 1000
#define SMALL_PAIRS 100000

/* Each length that a class may be of: 16 bytes apart up to 256, then eight in each doubling. Of each 4 KiB, or one block. */
static double footprint_classes(void)
{
    static void *blocks[2 * CLASS_BYTES];
    static size_t sizes[2 * CLASS_BYTES];
    size_t count = 0, step = 16;
    for (size_t size = step; size <= CLASS_LONGEST; size += step) {
        for (size_t bytes = 0; bytes == 0 || bytes + size <= CLASS_BYTES; bytes += size) {
            sizes[count] = size;
            blocks[count] = checked(mix_allocate(size));
            write_pages(blocks[count++], size);
        }
        if (size >= 256 && (size & (size - 1)) == 0)
            step = size / 8;
    }
    double held = resident();
    for (size_t i = 0; i < count; i++)
        mix_free(blocks[i], sizes[i]);
    return held;
}

static void *footprint_thread(void *argument)
{
    static void *blocks[2][SMALL_LIVE];
    static uint16_t sizes[2][SMALL_LIVE];
    unsigned number = *(unsigned *)argument;
    uint64_t random = 1 + number;
    if (number == 1) {
        pin(1);
        heap_thread_start();
    }
    for (size_t i = 0; i < SMALL_LIVE + SMALL_PAIRS; i++) {
        size_t slot = i < SMALL_LIVE ? i : draw(&random, SMALL_LIVE);
        if (i >= SMALL_LIVE)
            mix_free(blocks[number][slot], sizes[number][slot]);
        sizes[number][slot] = lengths[draw(&random, LENGTHS)];
        blocks[number][slot] = checked(mix_allocate(sizes[number][slot]));
        write_pages(blocks[number][slot], sizes[number][slot]);
    }
    meet(2);
    /* The first looks while both have their blocks. */
    static double held;
    if (number == 0)
        held = resident();
    meet(4);
    for (size_t i = 0; i < SMALL_LIVE; i++)
        mix_free(blocks[number][i], sizes[number][i]);
    if (number == 1)
        heap_thread_end();
    return &held;
}

static double footprint(const char *phase)
{
    if (strcmp(phase, "none") == 0)
        return resident();
    if (strcmp(phase, "classes") == 0)
        return footprint_classes();
    if (strcmp(phase, "mix") != 0)
        die("no such phase");
    static unsigned numbers[2] = { 0, 1 };
    pthread_t thread;
    atomic_store(&arrived, 0);
    if (pthread_create(&thread, NULL, footprint_thread, &numbers[1]) != 0)
        die("pthread_create");
    double held = *(double *)footprint_thread(&numbers[0]);
    pthread_join(thread, NULL);
    return held;
}

#endif
