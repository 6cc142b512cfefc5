/* mimalloc, by its own names. */
#define _GNU_SOURCE
#include <mimalloc.h>

#define ALLOCATE(size) mi_malloc(size)
#define FREE(block) mi_free(block)
#define FREE_SIZED(block, size) mi_free_size(block, size)
#include "malloc.h"
