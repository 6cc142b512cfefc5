using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>Why memory of certain frames cannot be allocated.</summary>
internal static class FrameFailures
{
    /// <summary>It matters which frames memory is of, and they may not be read.</summary>
    public static AllocationFailure Unreadable(in PageRequest request, FrameReading reading) => new(
        FailureKind.FramesUnknown,
        $"Cannot allocate {request.Pages << Page.Shift} bytes of chosen frames: neither more than 2 MiB in one piece nor an "
            + "address limit can be kept by "
            + "a process that does not know its frames.",
        reading.Note,
        "run it as root, or ask for blocks of 2 MiB without a limit; or put the device behind an IOMMU");

    /// <summary>A search came to its end.</summary>
    public static AllocationFailure NotFound(in PageRequest request, Rung rung, nuint looked, string end)
    {
        string known = $"{looked} bytes were looked through on the rung \"{rung.Name}\"; {end.TrimEnd('.')}";
        if (request.Limit != ulong.MaxValue) return Unreachable(request.Limit, known);
        return new AllocationFailure(
            FailureKind.Fragmented,
            $"Cannot allocate {request.Pages << Page.Shift} bytes as one physical range: "
                + "what the kernel gives is contiguous within 2 MiB, and longer "
                + "by chance only.",
            known,
            "reserve 1 GiB pages (echo 1 > /sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages), "
                + "raise NonpagedPoolOptions.SearchEffort, "
                + "ask for blocks of 2 MiB, or put the device behind an IOMMU, where any length is contiguous");
    }

    /// <summary>No memory lies below a limit.</summary>
    public static AllocationFailure Unreachable(ulong limit, string known) => new(
        FailureKind.AddressLimit,
        $"Cannot allocate memory at or below 0x{limit:x}: a process cannot choose its frames, and the kernel hands out low ones "
            + "last.",
        known,
        "put the device behind an IOMMU, where the limit is a matter of the IOVA; or reserve a region at boot (kernel command "
            + "line "
            + "memmap=64M$0x20000000); or use the RAM of a machine");

    /// <summary>Frame numbers, which this process may read, cannot be read now.</summary>
    public static AllocationFailure NotRead(Errno errno) => new(
        FailureKind.Descriptors,
        $"Frame numbers cannot be read (/proc/self/pagemap: {errno}).",
        "the process's descriptors (ulimit -n), or the kernel's answer",
        "ulimit -n 65536")
    { Errno = (int)errno };

    /// <summary>The kernel does not map the file's units in the order of their frames.</summary>
    public static AllocationFailure NotArranged(Errno errno) => new(
        FailureKind.AddressSpace,
        $"Memory cannot be mapped in the order of its frames ({errno}).",
        "the process's number of mappings (/proc/sys/vm/max_map_count)",
        "sysctl -w vm.max_map_count=262144")
    { Errno = (int)errno };
}
