using Microsoft.Win32.SafeHandles;
using Nonpaged.Interop;

namespace Nonpaged;

/// <summary>Gives blocks to other processes. Thread-safe.</summary>
/// <param name="options">Of the pool.</param>
/// <param name="pages">Where its blocks lie.</param>
/// <param name="isHost">The memory was obtained from the host. Otherwise a machine gave it.</param>
internal sealed class Exporter(NonpagedPoolOptions options, PageStore pages, bool isHost)
{
    /// <exception cref="AllocationException">The block is not for sharing, or there is no further descriptor.</exception>
    /// <exception cref="ObjectDisposedException">The block is freed, or the pool is disposed.</exception>
    public ExportedMemory Export(MemoryBlock block)
    {
        // With the lock, so that the file stays open.
        using PageStore.Reading reading = pages.Read();
        return Export(reading, block, block.Length);
    }

    /// <summary>Blocks that lie one behind the other, each on pages of its own, as one.</summary>
    /// <inheritdoc cref="Export(MemoryBlock)" path="/exception"/>
    /// <exception cref="ArgumentException">They do not lie so.</exception>
    public ExportedMemory Export(IReadOnlyList<MemoryBlock> group)
    {
        using PageStore.Reading reading = pages.Read();
        foreach (MemoryBlock block in group) ObjectDisposedException.ThrowIf(block.IsFreed, block);
        Extent extent = reading.Tables.ExtentAt(group[0].Start);
        for (int i = 1; i < group.Count; i++)
        {
            MemoryBlock before = group[i - 1];
            // A small block has no pages of its own (its place is 0).
            bool isNext = group[i].Place != 0 && group[i].Start == before.Start + Page.RoundUp(before.Length, Page.Size);
            if (isNext && reading.Tables.ExtentAt(group[i].Start) == extent) continue;
            throw new ArgumentException(
                $"The block {i} does not lie behind the one before it: these are not the blocks of one group, in its order.",
                nameof(group));
        }

        MemoryBlock last = group[^1];
        return Export(reading, group[0], last.Start + last.Length - group[0].Start);
    }

    private ExportedMemory Export(PageStore.Reading reading, MemoryBlock block, nuint length)
    {
        ObjectDisposedException.ThrowIf(block.IsFreed, block);
        Extent extent = reading.Tables.ExtentAt(block.Start);
        Sharing sharing = extent.Origin == ExtentOrigin.HostForOne ? block.Request.Shared : options.Sharing;
        if (extent.File is not { } file || sharing == Sharing.None || block.Place == 0)
            throw new AllocationException(SharingFailures.NotShared(options.Name, isHost));
        SysResult duplicated = LibC.DuplicateAbove(file.Descriptor, 3, out SafeFileHandle descriptor);
        if (duplicated.IsError) throw new AllocationException(SharingFailures.NoDescriptor(duplicated.Errno));
        return new ExportedMemory(descriptor, file.RangesOf(block.Start, length), sharing);
    }
}
