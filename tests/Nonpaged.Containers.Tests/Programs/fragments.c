/* Fills memory and gives every other page back, so that compaction has pages to move; says where the others are, and waits for a line. fragments BYTES */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

int main(int argc, char **argv)
{
    size_t length = argc > 1 ? strtoull(argv[1], NULL, 0) : 0, page = 4096;
    char *memory = mmap(NULL, length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) return 1;
    madvise(memory, length, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < length; i += page) memory[i] = 1;
    for (size_t i = 0; i < length; i += 2 * page) madvise(memory + i, page, MADV_DONTNEED);
    printf("%p %zu\nready\n", (void *)memory, length);
    fflush(stdout);
    getchar();
    return 0;
}
