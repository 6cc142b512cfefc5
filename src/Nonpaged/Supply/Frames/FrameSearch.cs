using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>
/// Arranges an extent by the frames that it is of: where they matter it looks for units that meet the request, and where they do
/// not it maps those behind each other that follow each other.
/// </summary>
/// <param name="rung">The rung that its memory is of.</param>
/// <param name="files">How that is extended.</param>
internal sealed class FrameSearch(Rung rung, ExtentFiles files)
{
    /// <summary>
    /// An extent may not take more than this share of the process's mappings (vm.max_map_count), because each break in
    /// the order of the file costs one.
    /// </summary>
    private const int ShareOfMappings = 16;

    /// <summary>So few that no limit need be looked up.</summary>
    private const int FewBreaks = 16;

    /// <summary>
    /// The first look of a search, as a multiple of what is needed; each further one doubles what was looked through.
    /// </summary>
    private const int FirstLook = 4;

    /// <summary>
    /// Maps units behind those that they follow physically, where the file has them elsewhere. The pin holds the frames of the
    /// file, wherever it is mapped, so what was read of them stays true in another order.
    /// </summary>
    public AllocationFailure? Arrange(MemoryFile file, PageRequest request, nuint unit, ref FrameReading reading)
    {
        ulong[] frames = reading.Frames;
        if (unit == Page.Size || !reading.IsKnown || request.DependsOnFrames(unit)
            || FrameChoice.Joined(frames, unit) is not { } order)
        {
            return null;
        }

        int breaks = 0;
        for (int i = 1; i < order.Length; i++) breaks += order[i] == order[i - 1] + 1 ? 0 : 1;
        if (breaks > FewBreaks && breaks > MappingLimit() / ShareOfMappings) return null;
        reading = reading with { Frames = Array.ConvertAll(order, index => frames[index]) };
        return Keep(file, order);
    }

    /// <summary>
    /// Takes more memory than is needed, keeps the units that meet the request and gives the rest back. What was seen already is
    /// held until the end of the search, or the kernel would give it again.
    /// </summary>
    public AllocationFailure? Find(MemoryFile file, PageRequest request, int count)
    {
        nuint needed = (nuint)count * rung.Unit;
        nuint effort = file.Room;
        nuint looked = nuint.Min(effort, needed * FirstLook);
        while (true)
        {
            AllocationFailure? refused = rung.Check(looked - file.Length) ?? files.Extend(file, looked, request.Node);
            if (refused is not null) return file.Length == 0 && looked == needed ? refused
                : FrameFailures.NotFound(request, rung, file.Length, refused.Reason);
            FrameReading reading = FrameReader.ReadUnits(file.Start, file.Length, rung.Unit);
            if (reading.Failure is not null) return reading.Failure;
            if (!reading.IsKnown) return FrameFailures.Unreadable(request, reading);
            if (FrameChoice.For(reading.Frames, rung.Unit, request, count) is { } chosen) return Keep(file, chosen);
            if (looked == effort) return FrameFailures.NotFound(request, rung, looked, $"the effort of {effort} bytes is spent");
            looked = nuint.Min(effort, looked * 2);
        }
    }

    private AllocationFailure? Keep(MemoryFile file, int[] units)
    {
        SysResult kept = file.Keep(units, rung.Unit);
        return kept.IsError ? FrameFailures.NotArranged(kept.Errno) : rung.Populate(file.Start, file.Length);
    }

    // Without /proc, the kernel's default (Documentation/admin-guide/sysctl/vm.rst).
    private static int MappingLimit() =>
        (int)ulong.Min(KernelText.TryReadNumber("/proc/sys/vm/max_map_count") ?? 65530, int.MaxValue);
}
