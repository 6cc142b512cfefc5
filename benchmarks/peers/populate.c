/*
 * Memory made resident, pinned and translated by plain system calls: populate RUNG BYTES [THREADS PORTION].
 *
 * RUNG is what the memory is made of: "collapsed" (a memory file collapsed into 2 MiB pages), "hugetlb" (2 MiB pages of the kernel's pool,
 * reserved or on demand), "small" (a memory file of 4 KiB pages), or "mlock" (what most software does: MAP_POPULATE and mlock, which
 * neither pins nor tells where a page is). Each line on stdin asks for one round, answered by its time in milliseconds. What a
 * round obtained is given back before the answer. THREADS threads fill the memory, PORTION bytes at a time; those beside the first are started once
 * and wait between rounds, as a pool of threads does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#ifndef MFD_HUGE_2MB
#define MFD_HUGE_2MB (21u << 26)
#endif

#define PAGE ((size_t)4096)
#define HUGE ((size_t)2 << 20)
#define SLOTS 1

enum rung { COLLAPSED, HUGETLB, SMALL, MLOCK };

struct memory {
    int file;
    int ring;
    char *reserved;
    char *start;
    uint64_t *frames;
};

static void check(int ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s: %s\n", what, strerror(errno));
    exit(1);
}

static double now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void map_file(struct memory *memory, enum rung rung, size_t length)
{
    unsigned flags = MFD_CLOEXEC | MFD_ALLOW_SEALING | (rung == HUGETLB ? MFD_HUGETLB | MFD_HUGE_2MB : 0);
    memory->file = memfd_create("peer", flags);
    check(memory->file >= 0, "memfd_create");
    check(ftruncate(memory->file, (off_t)length) == 0, "ftruncate");
    memory->reserved = mmap(NULL, length + HUGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    check(memory->reserved != MAP_FAILED, "mmap");
    memory->start = (char *)(((uintptr_t)memory->reserved + HUGE - 1) & ~(HUGE - 1));
    check(mmap(memory->start, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory->file, 0) != MAP_FAILED, "mmap");
    check(madvise(memory->start, length, MADV_DONTFORK) == 0, "MADV_DONTFORK");
    check(madvise(memory->start, length, MADV_DONTDUMP) == 0, "MADV_DONTDUMP");
}

/* ---- Several threads, which take portions until none is left ---- */

#define THREADS_MAX 64

static struct {
    pthread_mutex_t gate;
    pthread_cond_t changed;
    char *start;
    size_t length;
    size_t portion;
    atomic_size_t taken;
    unsigned round;
    unsigned active;
    unsigned threads;
} filling = { .gate = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER, .threads = 1 };

static void take_portions(void)
{
    size_t at;
    while ((at = atomic_fetch_add(&filling.taken, filling.portion)) < filling.length) {
        size_t rest = filling.length - at;
        check(madvise(filling.start + at, rest < filling.portion ? rest : filling.portion, MADV_POPULATE_WRITE) == 0, "MADV_POPULATE_WRITE");
    }
}

static void *helper(void *argument)
{
    unsigned seen = 0;
    (void)argument;
    pthread_mutex_lock(&filling.gate);
    for (;;) {
        while (filling.round == seen)
            pthread_cond_wait(&filling.changed, &filling.gate);
        seen = filling.round;
        filling.active++;
        pthread_mutex_unlock(&filling.gate);
        take_portions();
        pthread_mutex_lock(&filling.gate);
        if (--filling.active == 0)
            pthread_cond_broadcast(&filling.changed);
    }
    return NULL;
}

/* With the first round, which pays for it, as ours does. */
static void start_helpers(void)
{
    static bool is_started;
    pthread_t thread;
    for (unsigned i = 1; i < filling.threads && !is_started; i++)
        check((errno = pthread_create(&thread, NULL, helper, NULL)) == 0, "pthread_create");
    is_started = true;
}

static void populate(char *start, size_t length)
{
    if (filling.threads == 1) {
        check(madvise(start, length, MADV_POPULATE_WRITE) == 0, "MADV_POPULATE_WRITE");
        return;
    }
    start_helpers();
    pthread_mutex_lock(&filling.gate);
    filling.start = start;
    filling.length = length;
    atomic_store(&filling.taken, 0);
    filling.round++;
    pthread_cond_broadcast(&filling.changed);
    pthread_mutex_unlock(&filling.gate);
    take_portions();
    /* A helper that comes later finds no portion. */
    pthread_mutex_lock(&filling.gate);
    while (filling.active > 0)
        pthread_cond_wait(&filling.changed, &filling.gate);
    pthread_mutex_unlock(&filling.gate);
}

static void fill(struct memory *memory, enum rung rung, size_t length)
{
    if (rung == COLLAPSED) {
        check(madvise(memory->start, length, MADV_HUGEPAGE) == 0, "MADV_HUGEPAGE");
        for (size_t at = 0; at < length; at += HUGE)
            check(fallocate(memory->file, 0, (off_t)at, PAGE) == 0, "fallocate");
        check(madvise(memory->start, length, MADV_COLLAPSE) == 0, "MADV_COLLAPSE");
    }
    populate(memory->start, length);
}

static void pin(struct memory *memory, size_t length)
{
    struct io_uring_params parameters = { .flags = IORING_SETUP_R_DISABLED };
    memory->ring = (int)syscall(SYS_io_uring_setup, 1, &parameters);
    check(memory->ring >= 0, "io_uring_setup");
    struct io_uring_rsrc_register table = { .nr = SLOTS, .flags = IORING_RSRC_REGISTER_SPARSE };
    check(syscall(SYS_io_uring_register, memory->ring, IORING_REGISTER_BUFFERS2, &table, sizeof table) == 0, "IORING_REGISTER_BUFFERS2");
    struct iovec vector = { memory->start, length };
    __u64 tag = 0;
    struct io_uring_rsrc_update2 update = { .data = (uintptr_t)&vector, .tags = (uintptr_t)&tag, .nr = 1 };
    check(syscall(SYS_io_uring_register, memory->ring, IORING_REGISTER_BUFFERS_UPDATE, &update, sizeof update) == 1, "IORING_REGISTER_BUFFERS_UPDATE");
}

static void read_frames(struct memory *memory, size_t length, size_t unit)
{
    size_t count = length / unit;
    memory->frames = malloc(count * sizeof *memory->frames);
    int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    check(memory->frames != NULL && pagemap >= 0, "/proc/self/pagemap");
    off_t from = (off_t)((uintptr_t)memory->start / PAGE * sizeof(uint64_t));
    if (unit == PAGE) {
        size_t bytes = count * sizeof(uint64_t);
        for (size_t done = 0; done < bytes;) {
            ssize_t got = pread(pagemap, (char *)memory->frames + done, bytes - done, from + (off_t)done);
            check(got > 0, "pread");
            done += (size_t)got;
        }
    } else {
        for (size_t i = 0; i < count; i++)
            check(pread(pagemap, &memory->frames[i], sizeof(uint64_t), from + (off_t)(i * (unit / PAGE) * sizeof(uint64_t))) == sizeof(uint64_t), "pread");
    }
    close(pagemap);
    for (size_t i = 0; i < count; i++) {
        errno = EPERM;
        check(memory->frames[i] >> 63 && (memory->frames[i] & (((uint64_t)1 << 55) - 1)), "frame number");
    }
}

static void seal(const struct memory *memory)
{
    check(fcntl(memory->file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_FUTURE_WRITE | F_SEAL_SEAL) == 0, "F_ADD_SEALS");
}

static void release(struct memory *memory, size_t length)
{
    struct iovec vector = { NULL, 0 };
    __u64 tag = 0;
    struct io_uring_rsrc_update2 update = { .data = (uintptr_t)&vector, .tags = (uintptr_t)&tag, .nr = 1 };
    check(syscall(SYS_io_uring_register, memory->ring, IORING_REGISTER_BUFFERS_UPDATE, &update, sizeof update) == 1, "IORING_REGISTER_BUFFERS_UPDATE");
    close(memory->ring);
    munmap(memory->reserved, length + HUGE);
    close(memory->file);
    free(memory->frames);
}

static double round_pinned(enum rung rung, size_t length)
{
    struct memory memory = { 0 };
    double start = now_ms();
    map_file(&memory, rung, length);
    fill(&memory, rung, length);
    pin(&memory, length);
    read_frames(&memory, length, rung == SMALL ? PAGE : HUGE);
    seal(&memory);
    double end = now_ms();
    release(&memory, length);
    return end - start;
}

static double round_locked(size_t length)
{
    double start = now_ms();
    char *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    check(memory != MAP_FAILED, "mmap");
    check(mlock(memory, length) == 0, "mlock");
    double end = now_ms();
    munmap(memory, length);
    return end - start;
}

int main(int argc, char **argv)
{
    static const char *const names[] = { "collapsed", "hugetlb", "small", "mlock" };
    int rung = COLLAPSED;
    bool is_complete = argc == 3 || argc == 5;
    while (is_complete && rung <= MLOCK && strcmp(argv[1], names[rung]) != 0)
        rung++;
    size_t length = is_complete ? strtoull(argv[2], NULL, 10) : 0;
    size_t threads = argc == 5 ? strtoull(argv[3], NULL, 10) : 1;
    size_t portion = argc == 5 ? strtoull(argv[4], NULL, 10) : 0;
    if (!is_complete || rung > MLOCK || length == 0 || length % HUGE != 0 || length > (size_t)1 << 30 || threads == 0 || threads > THREADS_MAX ||
        (threads > 1 && (portion == 0 || portion % PAGE != 0 || rung == MLOCK))) {
        fprintf(stderr, "usage: populate collapsed|hugetlb|small|mlock BYTES [THREADS PORTION] (BYTES a multiple of 2 MiB, 1 GiB at most; mlock has one thread)\n");
        return 2;
    }
    filling.threads = (unsigned)threads;
    filling.portion = portion;
    char line[16];
    while (fgets(line, sizeof line, stdin) != NULL) {
        printf("%.4f\n", rung == MLOCK ? round_locked(length) : round_pinned((enum rung)rung, length));
        fflush(stdout);
    }
    return 0;
}
