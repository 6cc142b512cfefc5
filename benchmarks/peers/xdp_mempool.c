/*
 * DPDK's rte_mempool beside XdpFramePool: xdp_mempool MILLISECONDS. A line on stdin is COUNT: so many elements are taken at once (rte_mempool_get_bulk) into a queue of 1024,
 * and the COUNT oldest in it are given back (rte_mempool_put_bulk), again and again. The answer is nanoseconds for one element taken and given. The cache is the largest that
 * DPDK allows, 512. benchmarks/Nonpaged.Bench/Ours/OurFrames.cs is the same in C#.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_mempool.h>

#define QUEUE 1024
#define FRAMES 4096
#define FRAME_SIZE 2048
#define FIRST_TURN 4096

static double now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void check(int ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "%s: %s\n", what, rte_strerror(rte_errno));
    exit(1);
}

static int first_processor(void)
{
    cpu_set_t set;
    int first = 0;
    check(sched_getaffinity(0, sizeof set, &set) == 0, "sched_getaffinity");
    while (!CPU_ISSET(first, &set))
        first++;
    return first;
}

static void take(struct rte_mempool *pool, void **frames, unsigned count)
{
    if (__builtin_expect(rte_mempool_get_bulk(pool, frames, count) != 0, 0))
        check(0, "rte_mempool_get_bulk");
}

/* COUNT divides QUEUE. */
static double turn(struct rte_mempool *pool, unsigned count, uint64_t turns)
{
    static _Alignas(64) void *queue[QUEUE];
    unsigned head = QUEUE - count, tail = 0;
    for (unsigned at = 0; at < head; at += count)
        take(pool, queue + at, count);
    double start = now_ns();
    for (uint64_t i = 0; i < turns; i++) {
        take(pool, queue + head, count);
        head = (head + count) % QUEUE;
        rte_mempool_put_bulk(pool, queue + tail, count);
        tail = (tail + count) % QUEUE;
    }
    double time = now_ns() - start;
    for (; tail != head; tail = (tail + count) % QUEUE)
        rte_mempool_put_bulk(pool, queue + tail, count);
    return time;
}

static double measure(struct rte_mempool *pool, unsigned count, double target)
{
    uint64_t turns = FIRST_TURN;
    double time = turn(pool, count, turns);
    while (time < target / 4) {
        turns *= 2;
        time = turn(pool, count, turns);
    }
    turns = (uint64_t)((double)turns * target / time) + 1;
    return turn(pool, count, turns) / (double)turns / count;
}

int main(int argc, char **argv)
{
    double target = argc == 2 ? strtod(argv[1], NULL) * 1e6 : 0;
    if (!(target > 0)) {
        fprintf(stderr, "usage: xdp_mempool MILLISECONDS, and numbers of frames on stdin\n");
        return 2;
    }
    char processor[16];
    snprintf(processor, sizeof processor, "%d", first_processor());
    char *arguments[] = {
        "xdp_mempool", "-l", processor, "--in-memory", "--no-pci", "--no-telemetry", "--no-shconf", "--log-level=error", NULL,
    };
    check(rte_eal_init((int)(sizeof arguments / sizeof *arguments) - 1, arguments) >= 0, "rte_eal_init");
    struct rte_mempool *pool = rte_mempool_create(
        "frames", FRAMES - 1, FRAME_SIZE, RTE_MEMPOOL_CACHE_MAX_SIZE, 0, NULL, NULL, NULL, NULL, SOCKET_ID_ANY, 0);
    check(pool != NULL, "rte_mempool_create");
    unsigned count;
    while (scanf("%u", &count) == 1 && count > 0 && QUEUE % count == 0) {
        printf("%.4f\n", measure(pool, count, target));
        fflush(stdout);
    }
    return 0;
}
