/* glibc's malloc, as Debian has it. */
#define _GNU_SOURCE
#include <stdlib.h>

#define ALLOCATE(size) malloc(size)
#define FREE(block) free(block)
#include "malloc.h"
