/*
 * Memory mapped for a device and unmapped by plain VFIO calls: iova DEVICE GROUP RUNG BYTES ROUNDS.
 *
 * RUNG is what the memory is made of: "hugetlb" (2 MiB pages of the kernel's pool) or "small" (a memory file of 4 KiB pages). It is there before the first round. Answers
 * with the least time of a mapping and of an unmapping, in microseconds.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MFD_HUGE_2MB
#define MFD_HUGE_2MB (21u << 26)
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

static void *make(const char *rung, size_t bytes)
{
    unsigned flags = MFD_CLOEXEC;
    void *memory;
    int file;

    if (strcmp(rung, "hugetlb") == 0) flags |= MFD_HUGETLB | MFD_HUGE_2MB;
    file = memfd_create("iova", flags);
    need(file >= 0 && ftruncate(file, bytes) == 0, "memfd_create");
    memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    need(memory != MAP_FAILED, "mmap");
    need(madvise(memory, bytes, MADV_POPULATE_WRITE) == 0, "MADV_POPULATE_WRITE");
    return memory;
}

int main(int argc, char **argv)
{
    struct vfio_iommu_type1_dma_map map = { .argsz = sizeof map, .flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE, .iova = IOVA };
    double least_map = 1e30, least_unmap = 1e30;
    char path[64];
    int container, group, device, round;

    if (argc != 6) return 2;
    map.size = strtoull(argv[4], NULL, 0);
    map.vaddr = (uintptr_t)make(argv[3], map.size);
    container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
    need(container >= 0, "/dev/vfio/vfio");
    snprintf(path, sizeof path, "/dev/vfio/%s", argv[2]);
    group = open(path, O_RDWR | O_CLOEXEC);
    need(group >= 0, path);
    need(ioctl(group, VFIO_GROUP_SET_CONTAINER, &container) == 0, "VFIO_GROUP_SET_CONTAINER");
    need(ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) == 0, "VFIO_SET_IOMMU");
    device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, argv[1]);
    need(device >= 0, "VFIO_GROUP_GET_DEVICE_FD");
    for (round = atoi(argv[5]); round > 0; round--) {
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
