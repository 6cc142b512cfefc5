/*
 * Memory mapped for a device and unmapped by plain VFIO calls: iova DEVICE GROUP ROUNDS FILE OFFSET:LENGTH...
 *
 * The memory is of a file that is there, in these pieces one after the other: how long the kernel takes depends on the frames, so both sides are given the same. Answers with
 * the least time of a mapping and of an unmapping, in microseconds.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

/* Below the window of message-signalled interrupts at 0xfee00000, and of 2 MiB pages. */
#define IOVA 0x40000000ull

static void need(int ok, const char *what)
{
    if (ok) return;
    perror(what);
    exit(1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

/* Maps the pieces at one address, aligned as 2 MiB pages have to be. */
static void *map_pieces(const char *path, char **pieces, int count, unsigned long long *total)
{
    unsigned long long offset, length, done = 0;
    const unsigned long long huge = 2 << 20;
    char *memory;
    int file = open(path, O_RDWR | O_CLOEXEC), i;

    need(file >= 0, path);
    for (i = 0, *total = 0; i < count; i++) {
        need(sscanf(pieces[i], "%llu:%llu", &offset, &length) == 2, pieces[i]);
        *total += length;
    }
    memory = mmap(NULL, *total + huge, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    need(memory != MAP_FAILED, "mmap");
    memory = (char *)(((uintptr_t)memory + huge - 1) & ~(uintptr_t)(huge - 1));
    for (i = 0; i < count; i++, done += length) {
        sscanf(pieces[i], "%llu:%llu", &offset, &length);
        need(mmap(memory + done, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file, offset) != MAP_FAILED, "mmap");
        /* As ours is: its pages are in the page table before the first round. */
        need(madvise(memory + done, length, MADV_POPULATE_WRITE) == 0, "MADV_POPULATE_WRITE");
    }
    return memory;
}

int main(int argc, char **argv)
{
    struct vfio_iommu_type1_dma_map map = { .argsz = sizeof map, .flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE, .iova = IOVA };
    double least_map = 1e30, least_unmap = 1e30;
    char path[64];
    int container, group, device, round;
    unsigned long long size;

    if (argc < 6) return 2;
    map.vaddr = (uintptr_t)map_pieces(argv[4], argv + 5, argc - 5, &size);
    map.size = size;
    container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
    need(container >= 0, "/dev/vfio/vfio");
    snprintf(path, sizeof path, "/dev/vfio/%s", argv[2]);
    group = open(path, O_RDWR | O_CLOEXEC);
    need(group >= 0, path);
    need(ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) == 0, "VFIO_GROUP_SET_CONTAINER");
    need(ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) == 0, "VFIO_SET_IOMMU");
    device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, argv[1]);
    need(device >= 0, "VFIO_GROUP_GET_DEVICE_FD");
    for (round = atoi(argv[3]); round > 0; round--) {
        struct vfio_iommu_type1_dma_unmap unmap = { .argsz = sizeof unmap, .iova = IOVA, .size = map.size };
        double start = now(), mapped, unmapped;

        need(ioctl(container, VFIO_IOMMU_MAP_DMA, &map) == 0, "VFIO_IOMMU_MAP_DMA");
        mapped = now();
        need(ioctl(container, VFIO_IOMMU_UNMAP_DMA, &unmap) == 0, "VFIO_IOMMU_UNMAP_DMA");
        unmapped = now();
        if (mapped - start < least_map) least_map = mapped - start;
        if (unmapped - mapped < least_unmap) least_unmap = unmapped - mapped;
    }
    printf("%.3f %.3f\n", least_map, least_unmap);
    return 0;
}
