/*
 * Random sequences of memory calls, good and bad ones, through the C ABI. Each input byte is an operation or an argument of one; a block's contents are checked when it is freed.
 *
 *   cc fuzz.c $(pkg-config --cflags --libs ndis) -o fuzz && ./fuzz SECONDS [SEED]
 *   clang -DLIBFUZZER -fsanitize=fuzzer fuzz.c $(pkg-config --cflags --libs ndis) -o fuzz && ./fuzz -max_total_time=60 corpus
 *
 * The latter needs Debian's libclang-rt-14-dev. corpus/ has inputs that it found.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <ndis.h>

enum { SLOTS = 48, LONGEST_INPUT = 512, MOST = 200000 };
enum kind { NONE, MEMORY, SHARED, LOCAL, VIRTUAL, PHYSICAL };

static struct slot {
    enum kind kind;
    PVOID address;
    UINT length, flags;
    NDIS_PHYSICAL_ADDRESS physical;
    UCHAR fill;
} slots[SLOTS];

static unsigned long calls, allocated, refused;

static const uint8_t *next_byte, *end;
static uint8_t byte(void) { return next_byte < end ? *next_byte++ : 0; }

static UINT length_of(void)
{
    UINT value = byte();
    value |= (UINT)byte() << 8;
    /* Mostly short ones, some long ones, some of 0. */
    return value % 4 == 0 ? value * 3u % MOST : value % 3000;
}

static void fill(struct slot *slot)
{
    if (slot->address == NULL) {
        slot->kind = NONE;
        refused++;
        return;
    }
    allocated++;
    slot->fill = (UCHAR)(byte() | 1);
    memset(slot->address, slot->fill, slot->length);
}

static void give_back(struct slot *slot)
{
    UINT index;
    for (index = 0; index < slot->length; index++) {
        if (((PUCHAR)slot->address)[index] != slot->fill) {
            fprintf(stderr, "byte %u of %u at %p has changed\n", index, slot->length, slot->address);
            abort();
        }
    }
    switch (slot->kind) {
        case MEMORY: NdisFreeMemory(slot->address, slot->length, slot->flags); break;
        case SHARED: NdisMFreeSharedMemory(NULL, slot->length, TRUE, slot->address, slot->physical); break;
        case LOCAL: LocalFree(slot->address); break;
        case VIRTUAL: VirtualFree(slot->address, 0, MEM_RELEASE); break;
        case PHYSICAL: FreePhysMem(slot->address); break;
        default: break;
    }
    slot->kind = NONE;
}

static void allocate(struct slot *slot, enum kind kind)
{
    static const NDIS_PHYSICAL_ADDRESS limits[] = { { { 0xffffffff, -1 } }, { { 0xffffffff, -1 } }, { { 0xffffffff, 0 } }, { { 0x00ffffff, 0 } } };
    ULONG low;
    memset(slot, 0, sizeof *slot);
    slot->kind = kind;
    slot->length = length_of();
    switch (kind) {
        case MEMORY:
            slot->flags = byte() % 8 < 5 ? 0 : byte() % 5;
            NdisAllocateMemory(&slot->address, slot->length, slot->flags, limits[byte() % 4]);
            break;
        case SHARED: NdisMAllocateSharedMemory(NULL, slot->length, TRUE, &slot->address, &slot->physical); break;
        case LOCAL: slot->address = LocalAlloc(byte() % 2 ? LPTR : LMEM_FIXED, slot->length); break;
        case VIRTUAL: slot->address = VirtualAlloc(NULL, slot->length, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE); break;
        default: slot->address = AllocPhysMem(slot->length, PAGE_READWRITE, 0, 0, &low); break;
    }
    fill(slot);
}

/* What no driver should do: each is reported, and harms no block. */
static void misuse(struct slot *slot)
{
    UCHAR mine[64];
    switch (byte() % 6) {
        case 0: NdisFreeMemory(mine, sizeof mine, 0); break;
        case 1: NdisFreeMemory(NULL, 1, 0); break;
        case 2: NdisFreeMemory((PUCHAR)slot->address + 1 + byte() % (slot->length > 1 ? slot->length - 1 : 1), slot->length, 0); break;
        case 3: LocalFree(mine); break;
        case 4: VirtualFree(slot->address, slot->length, 0); break;
        default: NdisAllocateMemory(&slot->address, 16, 0xf0 | byte(), slot->physical); slot->kind = NONE; break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int index;
    next_byte = data;
    end = data + size;
    while (next_byte < end) {
        struct slot *slot = &slots[byte() % SLOTS];
        uint8_t what = byte() % 8;
        calls++;
        if (slot->kind == NONE) allocate(slot, (enum kind)(MEMORY + what % 5));
        else if (what == 0 && slot->length > 4) misuse(&(struct slot){ slot->kind, slot->address, slot->length, slot->flags, slot->physical, slot->fill });
        else give_back(slot);
    }
    for (index = 0; index < SLOTS; index++) {
        if (slots[index].kind != NONE) give_back(&slots[index]);
    }
    return 0;
}

#ifndef LIBFUZZER
int main(int count, char **arguments)
{
    static uint8_t input[LONGEST_INPUT];
    time_t stop = time(NULL) + (count > 1 ? atoi(arguments[1]) : 10);
    unsigned seed = count > 2 ? (unsigned)atoi(arguments[2]) : (unsigned)time(NULL);
    unsigned long inputs = 0;
    printf("seed %u\n", seed);
    fflush(stdout);
    while (time(NULL) < stop) {
        size_t index, size = (size_t)rand_r(&seed) % sizeof input;
        for (index = 0; index < size; index++) input[index] = (uint8_t)(rand_r(&seed) >> 8);
        LLVMFuzzerTestOneInput(input, size);
        inputs++;
    }
    printf("%lu inputs, %lu operations, %lu blocks, %lu refused\n", inputs, calls, allocated, refused);
    return 0;
}
#endif
