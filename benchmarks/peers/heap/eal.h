/* DPDK's start: huge pages as they are needed, one lcore, no devices. The second thread registers as an lcore, so that it has a cache of its own. */
#ifndef EAL_H
#define EAL_H

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_lcore.h>
#include <rte_malloc.h>

static void eal_start(void)
{
    char processor[16];
    snprintf(processor, sizeof processor, "%d", processors[0]);
    char *arguments[] = {
        "dpdk", "-l", processor, "--in-memory", "--no-pci", "--no-telemetry", "--no-shconf", "--log-level=error", NULL,
    };
    if (rte_eal_init((int)(sizeof arguments / sizeof *arguments) - 1, arguments) < 0) {
        fprintf(stderr, "rte_eal_init: %s\n", rte_strerror(rte_errno));
        exit(1);
    }
}

static void heap_thread_start(void)
{
    if (rte_thread_register() != 0)
        die("rte_thread_register");
}

static void heap_thread_end(void) { rte_thread_unregister(); }

static struct rte_malloc_socket_stats eal_memory(void)
{
    struct rte_malloc_socket_stats memory;
    if (rte_malloc_get_socket_stats(0, &memory) != 0)
        die("rte_malloc_get_socket_stats");
    return memory;
}

#endif
