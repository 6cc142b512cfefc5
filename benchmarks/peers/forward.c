/*
 * How long a load waits for a store that it depends on: forward. Three chains, each of which the next step waits for:
 *
 *   value      what was loaded is stored again and loaded from the same place by a fixed address, as the top of a magazine is
 *   address    what was loaded is where the next step stores and loads: a pointer that leads to itself through one location, as from a block to its magazine
 *   load       the pointer alone, without a store
 *
 * For each a line with its name, nanoseconds and cycles of this processor for a step, the least of several. A cycle is what an addition takes. Some processors serve the first chain by
 * renaming (AMD Zen, Intel Ice Lake and later), which a store by another register than the load's can prevent; so the load goes by a register of its own.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define STEPS 1000000
#define TURNS 20

static double now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void *volatile location;

static void add(void)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < STEPS / 10; i++)
        __asm__ volatile(".rept 10\n\tadd $1, %0\n\t.endr" : "+r"(value));
}

static void value(void)
{
    void *one = (void *)&location, *other;
    uint64_t value = 1;
    __asm__("mov %1, %0" : "=r"(other) : "r"(one));
    for (unsigned i = 0; i < STEPS / 10; i++)
        __asm__ volatile(".rept 10\n\tmov %0, (%1)\n\tmov (%2), %0\n\t.endr" : "+r"(value) : "r"(one), "r"(other) : "memory");
}

static void address(void)
{
    void *place = (void *)&location;
    for (unsigned i = 0; i < STEPS / 10; i++)
        __asm__ volatile(".rept 10\n\tmov %0, (%0)\n\tmov (%0), %0\n\t.endr" : "+r"(place) : : "memory");
}

static void load(void)
{
    void *place = (void *)&location;
    location = place;
    for (unsigned i = 0; i < STEPS / 10; i++)
        __asm__ volatile(".rept 10\n\tmov (%0), %0\n\t.endr" : "+r"(place) : : "memory");
}

static double least(void (*chain)(void))
{
    double time = 1e18;
    for (unsigned turn = 0; turn < TURNS; turn++) {
        double start = now_ns();
        chain();
        double took = (now_ns() - start) / STEPS;
        time = took < time ? took : time;
    }
    return time;
}

int main(void)
{
    static const struct {
        const char *name;
        void (*chain)(void);
    } chains[] = { { "value", value }, { "address", address }, { "load", load } };
    double cycle = least(add);
    for (unsigned i = 0; i < sizeof chains / sizeof *chains; i++) {
        double time = least(chains[i].chain);
        printf("%s %.2f ns %.1f cycles\n", chains[i].name, time, time / cycle);
    }
    return 0;
}
