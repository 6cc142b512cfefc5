using Nonpaged.Interop;

namespace Nonpaged;

internal sealed unsafe partial class ExtentBuilder
{
    /// <summary>
    /// An extent may not take more than this share of the process's mappings (vm.max_map_count), because each break in the order of the file costs one.
    /// </summary>
    private const int ShareOfMappings = 16;

    /// <summary>So few that no limit need be looked up.</summary>
    private const int FewBreaks = 16;

    /// <summary>The first look of a search, as a multiple of what is needed; each further one doubles what was looked through.</summary>
    private const int FirstLook = 4;

    /// <summary>
    /// Maps units behind those that they follow physically, where the file has them elsewhere. The pin holds the frames of the file, wherever it is mapped, so what was read of them
    /// stays true in another order.
    /// </summary>
    private AllocationFailure? Arrange(MemoryFile file, PageRequest request, nuint unit, ref FrameReading reading)
    {
        ulong[] frames = reading.Frames;
        if (unit == Page.Size || !reading.IsKnown || request.DependsOnFrames(unit) || FrameChoice.Joined(frames, unit) is not { } order) return null;
        int breaks = 0;
        for (int i = 1; i < order.Length; i++) breaks += order[i] == order[i - 1] + 1 ? 0 : 1;
        if (breaks > FewBreaks && breaks > MappingLimit() / ShareOfMappings) return null;
        reading = reading with { Frames = Array.ConvertAll(order, index => frames[index]) };
        return Keep(file, order);
    }

    /// <summary>
    /// Takes more memory than is needed, keeps the units that meet the request and gives the rest back. What was seen already is held until the end of the
    /// search, or the kernel would give it again.
    /// </summary>
    private AllocationFailure? Search(MemoryFile file, PageRequest request, int count)
    {
        nuint needed = (nuint)count * rung.Unit;
        nuint effort = file.Room;
        nuint looked = nuint.Min(effort, needed * FirstLook);
        while (true)
        {
            AllocationFailure? refused = rung.Check(looked - file.Length) ?? Extend(file, looked, request.Node);
            if (refused is not null) return file.Length == 0 && looked == needed ? refused : NotFound(request, file.Length, refused.Reason);
            FrameReading reading = FrameReader.ReadUnits(file.Start, file.Length, rung.Unit);
            if (reading.Failure is not null) return reading.Failure;
            if (!reading.IsKnown) return Unreadable(request, reading);
            if (FrameChoice.For(reading.Frames, rung.Unit, request, count) is { } chosen) return Keep(file, chosen);
            if (looked == effort) return NotFound(request, looked, $"the effort of {effort} bytes is spent");
            looked = nuint.Min(effort, looked * 2);
        }
    }

    private AllocationFailure? Keep(MemoryFile file, int[] units)
    {
        SysResult kept = file.Keep(units, rung.Unit);
        return kept.IsError
            ? new AllocationFailure(FailureKind.AddressSpace, $"Memory cannot be mapped in the order of its frames ({kept.Errno}).", "the process's number of mappings (/proc/sys/vm/max_map_count)", "sysctl -w vm.max_map_count=262144") { Errno = (int)kept.Errno }
            : rung.Populate(file.Start, file.Length);
    }

    private static AllocationFailure Unreadable(PageRequest request, FrameReading reading) => new(FailureKind.FramesUnknown,
        $"{request.Pages << Page.Shift} bytes of chosen frames cannot be had: neither more than 2 MiB in one piece nor an address limit can be kept by a process that does not know its frames.",
        reading.Note,
        "run it as root, or ask for blocks of 2 MiB without a limit; or put the device behind an IOMMU");

    private AllocationFailure NotFound(PageRequest request, nuint looked, string end)
    {
        string known = $"{looked} bytes were looked through on the rung \"{rung.Name}\"; {end.TrimEnd('.')}";
        if (request.Limit != ulong.MaxValue) return PhysicalZones.Unreachable(request.Limit, known);
        return new AllocationFailure(FailureKind.Fragmented,
            $"{request.Pages << Page.Shift} bytes as one physical range cannot be had: what the kernel gives is contiguous within 2 MiB, and longer by chance only.", known,
            "reserve 1 GiB pages (echo 1 > /sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages), raise NonpagedPoolOptions.SearchEffort, ask for blocks of 2 MiB, or put the device behind an IOMMU, where any length is contiguous");
    }

    // Without /proc, the kernel's default (Documentation/admin-guide/sysctl/vm.rst).
    private static int MappingLimit() =>
        (int)ulong.Min(KernelText.TryReadNumber("/proc/sys/vm/max_map_count") ?? 65530, int.MaxValue);
}
