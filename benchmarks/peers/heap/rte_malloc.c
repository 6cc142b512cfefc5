/* DPDK's rte_malloc, the call most like ours: any length, from huge pages. It has no bulk calls. */
#define _GNU_SOURCE
#include <stddef.h>

#include <rte_malloc.h>

#define ALLOCATE(size) rte_malloc(NULL, size, 0)
#define FREE(block) rte_free(block)
#define WITH_EAL

/* Blocks for a device: from memory whose addresses for devices follow each other within a page. */
#define DMA(number) rte_malloc(NULL, DMA_PAGE, DMA_PAGE)
#define DMA_ADDRESS(block) (block)
#define DMA_FREE(block) rte_free(block)
#include "malloc.h"
