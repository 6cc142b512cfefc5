/* DPDK's rte_memzone, what its drivers take their rings from: named pieces of physically contiguous memory. For "dma" alone; all else here is rte_malloc's. */
#define _GNU_SOURCE
#include <stddef.h>

#include <rte_malloc.h>
#include <rte_memzone.h>

#define ALLOCATE(size) rte_malloc(NULL, size, 0)
#define FREE(block) rte_free(block)
#define WITH_EAL

/* A name says which one of those that live at the same time it is; it is free again with its block. */
#define DMA(number) rte_memzone_reserve_aligned(dma_name(number), DMA_PAGE, SOCKET_ID_ANY, RTE_MEMZONE_IOVA_CONTIG, DMA_PAGE)
#define DMA_ADDRESS(block) (((const struct rte_memzone *)(block))->addr)
#define DMA_FREE(block) rte_memzone_free(block)
#include "malloc.h"
