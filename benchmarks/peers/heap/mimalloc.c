/* mimalloc, by its own names. */
#define _GNU_SOURCE
#include <mimalloc.h>

#define ALLOCATE(size) mi_malloc(size)
#define FREE(block) mi_free(block)
#include "malloc.h"
