/*
 * DPDK's memory: dpdk start MEGABYTES, dpdk translate MEGABYTES.
 *
 * "start" times rte_eal_init as a whole, with so much memory obtained in it, in milliseconds. Once a process: EAL cannot be started twice.
 * "translate" times one call for the addresses of blocks of rte_malloc's in random order, in nanoseconds, a line for each
 * function; rte_malloc_virt2iova takes no other address.
 * Physical addresses are asked for (--iova-mode=pa): with the other mode there is nothing to translate.
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_malloc.h>
#include <rte_memory.h>

#define ADDRESSES (1u << 16)
/* What rte_malloc adds to a block, so that all of them fill the length. */
#define OVERHEAD 128

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

static double start(const char *megabytes)
{
    char *arguments[] = {
        "dpdk", "-l", "0", "-m", strdup(megabytes), "--in-memory", "--no-pci", "--no-telemetry", "--no-shconf",
        "--iova-mode=pa", "--log-level=error", NULL,
    };
    double from = now_ns();
    int parsed = rte_eal_init((int)(sizeof arguments / sizeof *arguments) - 1, arguments);
    double to = now_ns();
    if (parsed < 0) {
        fprintf(stderr, "rte_eal_init: %s\n", rte_strerror(rte_errno));
        exit(1);
    }
    return (to - from) / 1e6;
}

static uint64_t sum;

static rte_iova_t virt2phy(const void *address) { return rte_mem_virt2phy(address); }
static rte_iova_t virt2iova(const void *address) { return rte_mem_virt2iova(address); }
static rte_iova_t malloc_virt2iova(const void *address) { return rte_malloc_virt2iova(address); }

static inline __attribute__((always_inline)) void measure(const char *name, rte_iova_t (*translate)(const void *), const void **addresses, unsigned calls)
{
    double least = 1e18;
    for (int round = 0; round < 9; round++) {
        double from = now_ns();
        for (unsigned i = 0; i < calls; i++)
            sum += translate(addresses[i % ADDRESSES]);
        double each = (now_ns() - from) / calls;
        if (each < least)
            least = each;
    }
    printf("%s %.3f\n", name, least);
}

static void shuffle(const void **addresses)
{
    srandom(1);
    for (unsigned i = ADDRESSES - 1; i > 0; i--) {
        unsigned other = (unsigned)random() % (i + 1);
        const void *address = addresses[i];
        addresses[i] = addresses[other];
        addresses[other] = address;
    }
}

static void translate_all(size_t length)
{
    const void **addresses = malloc(ADDRESSES * sizeof *addresses);
    if (addresses == NULL)
        die("no memory for the addresses");
    for (unsigned i = 0; i < ADDRESSES; i++) {
        addresses[i] = rte_malloc(NULL, length / ADDRESSES - OVERHEAD, 0);
        if (addresses[i] == NULL)
            die("no memory for the blocks");
    }
    shuffle(addresses);
    if (rte_mem_virt2phy(addresses[0]) != rte_malloc_virt2iova(addresses[0]))
        die("the functions do not agree");
    measure("rte_malloc_virt2iova", malloc_virt2iova, addresses, 16 * ADDRESSES);
    measure("rte_mem_virt2iova", virt2iova, addresses, 4096);
    measure("rte_mem_virt2phy", virt2phy, addresses, 4096);
    if (sum == 0)
        die("nothing was translated");
}

int main(int argc, char **argv)
{
    if (argc != 3 || (strcmp(argv[1], "start") != 0 && strcmp(argv[1], "translate") != 0)) {
        fprintf(stderr, "usage: dpdk start|translate MEGABYTES\n");
        return 2;
    }
    if (strcmp(argv[1], "start") == 0) {
        printf("%.4f\n", start(argv[2]));
        fflush(stdout);
        /* What rte_eal_cleanup takes is not part of it, and the kernel takes everything back anyway. */
        _exit(0);
    }
    char more[16];
    snprintf(more, sizeof more, "%d", atoi(argv[2]) + 32);
    start(more);
    translate_all((size_t)atoi(argv[2]) << 20);
    fflush(stdout);
    _exit(0);
}
