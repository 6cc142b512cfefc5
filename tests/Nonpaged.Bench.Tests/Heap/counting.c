/* malloc, counted: for the test that the peers' workloads free what they allocate. With BY_LENGTH each free is told the length, which is compared. */
#define _GNU_SOURCE
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static atomic_ulong allocated, freed, wrong;

#define HEADER 16

static void *count_allocate(size_t size)
{
    size_t *block = malloc(HEADER + size);
    if (block == NULL)
        return NULL;
    atomic_fetch_add(&allocated, 1);
    *block = size;
    return (char *)block + HEADER;
}

static void count_free(void *block, size_t size)
{
    size_t *start = (size_t *)(void *)((char *)block - HEADER);
    atomic_fetch_add(&freed, 1);
    if (size != 0 && *start != size)
        atomic_fetch_add(&wrong, 1);
    *start = 0;
    free(start);
}

static void tell_and_exit(int status)
{
    printf("allocated %lu freed %lu wrong %lu\n", allocated, freed, wrong);
    fflush(stdout);
    _exit(status);
}

#define ALLOCATE(size) count_allocate(size)
#define FREE(block) count_free(block, 0)
#define FREE_SIZED(block, size) count_free(block, size)
#define DMA(number) (dma_name(number)[0] == 'd' ? count_allocate(DMA_PAGE) : NULL)
#define DMA_ADDRESS(block) (block)
#define DMA_FREE(block) count_free(block, DMA_PAGE)
#define _exit tell_and_exit
#include "malloc.h"
