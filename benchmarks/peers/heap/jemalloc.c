/* jemalloc. Debian builds it without a prefix: linked, its malloc is the program's. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <jemalloc/jemalloc.h>

#define ALLOCATE(size) malloc(size)
#define FREE(block) free(block)
#define FREE_SIZED(block, size) sdallocx(block, size, 0)
#include "malloc.h"
