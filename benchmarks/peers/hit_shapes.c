/*
 * Models of a hit: an allocation and a free of one block by shapes of the heap's data that docs/heap-limits.md compares, without the rest of a heap. Prints a table: nanoseconds a pair, the least of five turns in
 * which the shapes follow one another.
 *
 *   unchecked       slots of 8 bytes, the magazine by the length: the floor
 *   chunk           slots of 16 bytes, a block and the place of its state; the free finds magazine and state through the chunk of the address. The heap's own
 *   chunk, length   the same; the free takes the magazine from the length, and the chunk confirms it
 *   chunk, 8 bytes  slots of 8 bytes; allocation and free find the state through the chunk
 *   flat            slots of 8 bytes; a state of 2 bytes for each 16 of address space, which holds the place of the magazine: no chunk
 *   flat, length    the same; the free takes the magazine from the length, and the state confirms it
 *
 *   cc -O3 -march=native -std=gnu17 -o hit_shapes hit_shapes.c
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>

enum shape { UNCHECKED, CHUNK, CHUNK_BY_LENGTH, CHUNK_8, FLAT, FLAT_BY_LENGTH, SHAPES };
static const char *const names[SHAPES] = { "unchecked", "chunk", "chunk, length", "chunk, 8 bytes", "flat", "flat, length" };

/* As in src/Nonpaged/Heap: a cache line for each magazine, a word for each chunk of 64 KiB. */
#define MAGAZINE_BYTES 64
#define CHUNK_SHIFT 16
#define GRANULE_SHIFT 4
#define FREE 1
#define SHIFT_MASK 0x3f
#define PLACE_MASK 0xffc0
#define ROOM 128
#define TURNS 5

struct magazine {
    uint64_t *top, *floor, *ceiling;
    uint64_t unused[5];
};

/* What the front of a pool holds. */
static struct {
    char *magazines;
    const uint16_t *classes;
    const uint64_t *chunks;
    uint64_t chunk_count;
    uint16_t *states;
    uint64_t state_count;
    uint64_t *slots;
} pool;

__attribute__((noinline, cold, noreturn)) static void miss(void)
{
    abort();
}

#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)
#define INLINE static inline __attribute__((always_inline))

INLINE int words_of(enum shape shape)
{
    return shape == CHUNK || shape == CHUNK_BY_LENGTH ? 2 : 1;
}

INLINE bool is_flat(enum shape shape)
{
    return shape == FLAT || shape == FLAT_BY_LENGTH;
}

INLINE bool is_told(enum shape shape)
{
    return shape == UNCHECKED || shape == CHUNK_BY_LENGTH || shape == FLAT_BY_LENGTH;
}

INLINE uint16_t *state_of(uint64_t chunk, uint64_t block)
{
    return (uint16_t *)(chunk >> 16) + ((uint64_t)(uint16_t)block >> (chunk & SHIFT_MASK));
}

INLINE uint64_t allocate(enum shape shape, unsigned length)
{
    uint16_t place = pool.classes[(length + 15) >> GRANULE_SHIFT];
    struct magazine *magazine = (struct magazine *)(pool.magazines + place);
    uint64_t *top = magazine->top;
    if (UNLIKELY(top == magazine->floor))
        miss();
    top -= words_of(shape);
    magazine->top = top;
    uint64_t block = top[0];
    if (words_of(shape) == 2)
        *(uint16_t *)top[1] = (uint16_t)block;
    else if (shape == CHUNK_8)
        *state_of(pool.chunks[block >> CHUNK_SHIFT], block) = (uint16_t)block;
    else if (is_flat(shape))
        pool.states[block >> GRANULE_SHIFT] = place;
    return block;
}

INLINE void give(enum shape shape, uint64_t block, unsigned length)
{
    uint64_t chunk = 0;
    uint16_t *state = NULL;
    uint16_t place = is_told(shape) ? pool.classes[(length + 15) >> GRANULE_SHIFT] : 0;
    if (is_flat(shape)) {
        uint64_t index = block >> GRANULE_SHIFT | block << (64 - GRANULE_SHIFT);
        if (UNLIKELY(index >= pool.state_count))
            miss();
        state = pool.states + index;
        if (is_told(shape)) {
            if (UNLIKELY(*state != place))
                miss();
        } else {
            /* Odd is free, 0 was never a block. */
            place = *state;
            if (UNLIKELY(place < MAGAZINE_BYTES))
                miss();
        }
    } else if (shape != UNCHECKED) {
        uint64_t index = (block >> GRANULE_SHIFT | block << (64 - GRANULE_SHIFT)) >> (CHUNK_SHIFT - GRANULE_SHIFT);
        if (UNLIKELY(index >= pool.chunk_count))
            miss();
        chunk = pool.chunks[index];
        if (!is_told(shape))
            place = (uint16_t)(chunk & PLACE_MASK);
        else if (UNLIKELY((chunk & PLACE_MASK) != place))
            miss();
    }

    struct magazine *magazine = (struct magazine *)(pool.magazines + place);
    uint64_t *top = magazine->top;
    if (UNLIKELY(top == magazine->ceiling))
        miss();
    if (is_flat(shape)) {
        *state = FREE;
    } else if (shape != UNCHECKED) {
        state = state_of(chunk, block);
        if (UNLIKELY(*state != (uint16_t)block))
            miss();
        *state = FREE;
    }

    /* The compiler would make one store of 16 bytes of the two, which is slower where a load of 8 follows. */
    *(volatile uint64_t *)top = block;
    if (words_of(shape) == 2)
        *(volatile uint64_t *)(top + 1) = (uint64_t)state;
    magazine->top = top + words_of(shape);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

/* Blocks of one length, all of them in the caller's hands but some in the magazine. */
static uint64_t first_block, *live;

static void prepare(enum shape shape, unsigned length, uint64_t count)
{
    /* From 1 KiB up an odd number of cache lines, as in SizeClass. */
    uint64_t size = length < 1024 ? length : (length + 127) / 128 * 128 + 64;
    int shift = 63 - __builtin_clzl(size);
    uint16_t place = pool.classes[(length + 15) >> GRANULE_SHIFT];
    struct magazine *magazine = (struct magazine *)(pool.magazines + place);
    uint64_t per_span = (1 << CHUNK_SHIFT) / size > 0 ? (1 << CHUNK_SHIFT) / size : 1;
    uint64_t *chunks = (uint64_t *)pool.chunks;
    magazine->floor = magazine->top = pool.slots;
    magazine->ceiling = magazine->floor + ROOM * words_of(shape);
    for (uint64_t i = 0; i < count + ROOM / 2; i++) {
        uint64_t block = first_block + (i / per_span << CHUNK_SHIFT) + i % per_span * size;
        uint64_t chunk = (uint64_t)(pool.states + (i / per_span) * ((1 << CHUNK_SHIFT) >> shift)) << 16 | place | shift;
        chunks[block >> CHUNK_SHIFT] = chunk;
        uint16_t *state = is_flat(shape) ? pool.states + (block >> GRANULE_SHIFT) : state_of(chunk, block);
        *(uint64_t *)block = 1;
        if (i < count) {
            live[i] = block;
            *state = is_flat(shape) ? place : (uint16_t)block;
            continue;
        }

        *state = FREE;
        magazine->top[0] = block;
        if (words_of(shape) == 2)
            magazine->top[1] = (uint64_t)state;
        magazine->top += words_of(shape);
    }
}

INLINE double one(enum shape shape, unsigned length, uint64_t count, uint64_t pairs)
{
    (void)count;
    __asm__ volatile("" : "+r"(length));
    double start = now();
    for (uint64_t i = 0; i < pairs; i++) {
        uint64_t block = allocate(shape, length);
        __asm__ volatile("" : : "r"(block) : "memory");
        give(shape, block, length);
    }

    return (now() - start) / pairs;
}

INLINE double batch(enum shape shape, unsigned length, uint64_t count, uint64_t pairs)
{
    uint64_t blocks[64];
    (void)count;
    __asm__ volatile("" : "+r"(length));
    double start = now();
    for (uint64_t i = 0; i < pairs; i += 64) {
        for (int j = 0; j < 64; j++)
            blocks[j] = allocate(shape, length);
        __asm__ volatile("" : : "r"(blocks) : "memory");
        for (int j = 0; j < 64; j++)
            give(shape, blocks[j], length);
    }

    return (now() - start) / pairs;
}

INLINE double replace(enum shape shape, unsigned length, uint64_t count, uint64_t pairs)
{
    uint64_t random = 1;
    __asm__ volatile("" : "+r"(length));
    double start = now();
    for (uint64_t i = 0; i < pairs; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        uint64_t *slot = &live[(random >> 32) * count >> 32];
        give(shape, *slot, length);
        uint64_t block = allocate(shape, length);
        *(volatile uint64_t *)block = 1;
        *slot = block;
    }

    return (now() - start) / pairs;
}

typedef double row(unsigned length, uint64_t count, uint64_t pairs);

#define OF(kind, shape) \
    __attribute__((noinline)) static double kind##_##shape(unsigned length, uint64_t count, uint64_t pairs) { return kind(shape, length, count, pairs); }
#define OF_ALL(kind) OF(kind, UNCHECKED) OF(kind, CHUNK) OF(kind, CHUNK_BY_LENGTH) OF(kind, CHUNK_8) OF(kind, FLAT) OF(kind, FLAT_BY_LENGTH) \
    static row *const kind##s[SHAPES] = { kind##_UNCHECKED, kind##_CHUNK, kind##_CHUNK_BY_LENGTH, kind##_CHUNK_8, kind##_FLAT, kind##_FLAT_BY_LENGTH };
OF_ALL(one)
OF_ALL(batch)
OF_ALL(replace)

static const struct {
    const char *name;
    row *const *of;
    unsigned length;
    uint64_t count, pairs;
} rows[] = {
    { "one, 64 B", ones, 64, 0, 20000000 },
    { "one, 1514 B", ones, 1514, 0, 20000000 },
    { "64 of 64 B", batchs, 64, 0, 20000000 },
    { "10<sup>4</sup> live, 64 B", replaces, 64, 10000, 5000000 },
    { "10<sup>6</sup> live, 64 B", replaces, 64, 1000000, 5000000 },
    { "10<sup>4</sup> live, 2048 B", replaces, 2048, 10000, 5000000 },
    { "10<sup>5</sup> live, 2048 B", replaces, 2048, 100000, 5000000 },
};

/* Address space that the kernel backs where it is written. */
static void *reserve(uint64_t bytes)
{
    void *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED)
        exit((perror("mmap"), 1));
    madvise(start, bytes, MADV_HUGEPAGE);
    return start;
}

static double measure(size_t i, enum shape shape)
{
    prepare(shape, rows[i].length, rows[i].count);
    double time = rows[i].of[shape](rows[i].length, rows[i].count, rows[i].pairs);
    madvise(pool.states, pool.state_count * sizeof *pool.states, MADV_DONTNEED);
    madvise((void *)pool.chunks, pool.chunk_count * sizeof *pool.chunks, MADV_DONTNEED);
    return time;
}

int main(void)
{
    const uint64_t most = (uint64_t)1 << 30, reach = (uint64_t)1 << 33;
    uint16_t *classes = reserve(4098 * sizeof *classes);
    for (int i = 1; i < 4098; i++)
        classes[i] = (uint16_t)(MAGAZINE_BYTES * (1 + i / 4 % 200));
    live = reserve(most >> 6);
    pool.classes = classes;
    pool.magazines = reserve(1 << 16);
    pool.slots = reserve(1 << 16);
    pool.chunk_count = reach >> CHUNK_SHIFT;
    pool.chunks = reserve(pool.chunk_count * sizeof *pool.chunks);
    pool.state_count = reach >> GRANULE_SHIFT;
    pool.states = reserve(pool.state_count * sizeof *pool.states);
    /* Low, so that the tables need not be long. */
    void *blocks = mmap((void *)((uint64_t)4 << 30), most, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (blocks == MAP_FAILED)
        return perror("mmap"), 1;
    madvise(blocks, most, MADV_HUGEPAGE);
    first_block = (uint64_t)blocks;

    fputs("| |", stdout);
    for (int shape = 0; shape < SHAPES; shape++)
        printf(" %s |", names[shape]);
    puts("\n|---|---|---|---|---|---|---|");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double least[SHAPES];
        for (int turn = 0; turn < TURNS; turn++) {
            for (int shape = 0; shape < SHAPES; shape++) {
                double time = measure(i, shape);
                if (turn == 0 || time < least[shape])
                    least[shape] = time;
            }
        }

        printf("| %s |", rows[i].name);
        for (int shape = 0; shape < SHAPES; shape++)
            printf(" %.2f |", least[shape]);
        puts("");
        fflush(stdout);
    }

    return 0;
}
