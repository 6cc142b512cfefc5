/*
 * Frames through DPDK's net_af_xdp, queue 0: xdp_dpdk MODE INTERFACE SECONDS BYTES [BUSYPOLL]. Modes and output are those of xdp.c.
 *
 * "tx" and "l2fwd" count what the driver put into the kernel's ring: DPDK reports no completions. The driver attaches libxdp's program itself, in
 * all modes; a killed process leaves it behind (ip link set dev INTERFACE xdp off). It asks for busy polling unless told not to.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#include "xdp_clock.h"

#define PORT 0
#define BATCH 64
#define RING 2048
/* The driver keeps a full fill ring in every mode, and the rings for sending hold as many again: with 4095 buffers "tx" runs out of them. */
#define BUFFERS 8191
#define CACHE 256
#define MEGABYTES "64"
#define SHORTEST 60
#define LONGEST 1514
#define FIRST_FRAME_MS 10000
#define BUSY_MS 2000

static void check(int result, const char *what)
{
    if (result >= 0)
        return;
    fprintf(stderr, "%s: %s\n", what, rte_strerror(-result));
    exit(1);
}

/* ---- Opening ---- */

static bool has_huge_pages(void)
{
    unsigned pages = 0;
    FILE *file = fopen("/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "r");
    if (file != NULL) {
        if (fscanf(file, "%u", &pages) != 1)
            pages = 0;
        fclose(file);
    }
    return pages >= (unsigned)atoi(MEGABYTES) / 2;
}

/* One lcore on whichever processors this process may use: EAL pins its thread, and the caller chooses where. */
static void start_eal(const char *interface, bool is_busy_polling)
{
    char lcore[8 * CPU_SETSIZE] = "0@(", device[128];
    cpu_set_t allowed;
    check(sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? 0 : -errno, "sched_getaffinity");
    size_t length = strlen(lcore);
    for (int i = 0, is_first = 1; i < CPU_SETSIZE; i++) {
        if (CPU_ISSET(i, &allowed)) {
            length += (size_t)snprintf(lcore + length, sizeof lcore - length, is_first ? "%d" : ",%d", i);
            is_first = 0;
        }
    }
    snprintf(lcore + length, sizeof lcore - length, ")");
    snprintf(device, sizeof device, "net_af_xdp0,iface=%s,start_queue=0,queue_count=1,busy_budget=%d", interface, is_busy_polling ? BATCH : 0);
    char *arguments[] = {
        "xdp_dpdk", "--lcores", lcore, has_huge_pages() ? "--in-memory" : "--no-huge",
        "--no-pci", "--no-telemetry", "--no-shconf", "--iova-mode=va", "--log-level=error",
        "-m", MEGABYTES, "--vdev", device, NULL,
    };
    check(rte_eal_init((int)(sizeof arguments / sizeof *arguments) - 1, arguments) < 0 ? -rte_errno : 0, "rte_eal_init");
    check(rte_eth_dev_count_avail() == 1 ? 0 : -ENODEV, interface);
}

static struct rte_mempool *open_port(void)
{
    struct rte_eth_conf none = { 0 };
    struct rte_mempool *pool = rte_pktmbuf_pool_create("frames", BUFFERS, CACHE, 0, RTE_MBUF_DEFAULT_BUF_SIZE, (int)rte_socket_id());
    check(pool == NULL ? -rte_errno : 0, "rte_pktmbuf_pool_create");
    check(rte_eth_dev_configure(PORT, 1, 1, &none), "rte_eth_dev_configure");
    /* The kernel frees a queue some time after its last socket was closed. The driver says EINVAL for that too. */
    double until = now() + BUSY_MS / 1e3;
    int result;
    while ((result = rte_eth_rx_queue_setup(PORT, 0, RING, rte_socket_id(), NULL, pool)) < 0 && now() < until)
        usleep(10000);
    check(result, "rte_eth_rx_queue_setup");
    check(rte_eth_tx_queue_setup(PORT, 0, RING, rte_socket_id(), NULL), "rte_eth_tx_queue_setup");
    check(rte_eth_dev_start(PORT), "rte_eth_dev_start");
    return pool;
}

/* ---- The loops ---- */

/* All buffers once: what they hold stays when they return to the pool. */
static void write_frames(struct rte_mempool *pool)
{
    static const uint8_t header[] = { 2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5 };
    static struct rte_mbuf *frames[BUFFERS];
    unsigned count = 0;
    while (count < BUFFERS && (frames[count] = rte_pktmbuf_alloc(pool)) != NULL) {
        void *start = rte_pktmbuf_mtod(frames[count], void *);
        memset(start, 0, LONGEST);
        memcpy(start, header, sizeof header);
        count++;
    }
    rte_pktmbuf_free_bulk(frames, count);
}

static uint64_t send_frames(struct rte_mempool *pool, uint16_t length)
{
    struct rte_mbuf *batch[BATCH];
    uint64_t frames = 0;
    while (!is_stopped) {
        if (rte_pktmbuf_alloc_bulk(pool, batch, BATCH) != 0)
            check(-ENOMEM, "rte_pktmbuf_alloc_bulk");
        for (unsigned i = 0; i < BATCH; i++) {
            batch[i]->pkt_len = length;
            batch[i]->data_len = length;
        }
        uint16_t sent = rte_eth_tx_burst(PORT, 0, batch, BATCH);
        if (sent < BATCH)
            rte_pktmbuf_free_bulk(batch + sent, BATCH - sent);
        frames += sent;
    }
    return frames;
}

static uint64_t drop_frames(struct rte_mbuf **batch, uint16_t count)
{
    uint64_t frames = 0;
    while (!is_stopped) {
        if (count > 0)
            rte_pktmbuf_free_bulk(batch, count);
        frames += count;
        count = rte_eth_rx_burst(PORT, 0, batch, BATCH);
    }
    return frames;
}

typedef uint8_t vector __attribute__((vector_size(16)));

/* One load, one shuffle and one store; a frame is never shorter than 16 bytes. */
static inline void swap_addresses(void *frame)
{
    static const vector order = { 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 12, 13, 14, 15 };
    vector start;
    memcpy(&start, frame, sizeof start);
    start = __builtin_shuffle(start, order);
    memcpy(frame, &start, sizeof start);
}

static uint64_t forward_frames(struct rte_mbuf **batch, uint16_t count)
{
    uint64_t frames = 0;
    while (!is_stopped) {
        for (unsigned i = 0; i < count; i++)
            swap_addresses(rte_pktmbuf_mtod(batch[i], void *));
        /* No empty bursts: the driver would call the kernel for each. */
        if (count > 0) {
            uint16_t sent = rte_eth_tx_burst(PORT, 0, batch, count);
            if (sent < count)
                rte_pktmbuf_free_bulk(batch + sent, count - sent);
            frames += sent;
        }
        count = rte_eth_rx_burst(PORT, 0, batch, BATCH);
    }
    return frames;
}

static uint16_t wait_for_first_frame(struct rte_mbuf **batch)
{
    double until = now() + FIRST_FRAME_MS / 1e3;
    uint16_t count = 0;
    while ((count = rte_eth_rx_burst(PORT, 0, batch, BATCH)) == 0 && !is_stopped) {
        if (now() > until) {
            fprintf(stderr, "no frame arrived within %d seconds\n", FIRST_FRAME_MS / 1000);
            rte_eth_dev_stop(PORT);
            rte_eth_dev_close(PORT);
            exit(1);
        }
    }
    return count;
}

int main(int argc, char **argv)
{
    enum { TX, RX_DROP, L2FWD, NONE } mode = TX;
    static const char *const names[] = { "tx", "rx-drop", "l2fwd" };
    bool is_complete = argc == 5 || argc == 6;
    while (is_complete && mode < NONE && strcmp(argv[1], names[mode]) != 0)
        mode++;
    seconds = is_complete ? strtod(argv[3], NULL) : 0;
    unsigned long length = is_complete ? strtoul(argv[4], NULL, 10) : 0;
    if (!is_complete || mode == NONE || !(seconds > 0) || length < SHORTEST || length > LONGEST) {
        fprintf(stderr, "usage: xdp_dpdk tx|rx-drop|l2fwd INTERFACE SECONDS BYTES [BUSYPOLL] (BYTES from %d to %d; BUSYPOLL 0 or 1)\n", SHORTEST, LONGEST);
        return 2;
    }
    struct sigaction action = { .sa_handler = stop };
    sigaction(SIGALRM, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    /* EAL's own threads inherit the mask, so that a signal reaches this one: under valgrind a thread that waits takes it late. */
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGALRM);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    start_eal(argv[2], argc == 6 && strtoul(argv[5], NULL, 10) != 0);
    sigprocmask(SIG_UNBLOCK, &signals, NULL);

    struct rte_mempool *pool = open_port();
    if (mode == TX)
        write_frames(pool);
    printf("ready\n");
    fflush(stdout);
    struct rte_mbuf *batch[BATCH];
    uint16_t first = mode == TX ? 0 : wait_for_first_frame(batch);
    start_clock();
    uint64_t frames = mode == TX ? send_frames(pool, (uint16_t)length) : mode == RX_DROP ? drop_frames(batch, first) : forward_frames(batch, first);
    report(frames);
    rte_eth_dev_stop(PORT);
    rte_eth_dev_close(PORT);
    return 0;
}
