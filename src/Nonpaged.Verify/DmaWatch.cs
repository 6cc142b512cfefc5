using System.Collections.Concurrent;

namespace Nonpaged.Verify;

/// <summary>Tells whose memory it was that a device was kept from, and which word in the driver's memory names it.</summary>
internal sealed class DmaWatch(NdisInstance instance)
{
    private const ulong PageSize = 4096;

    // A device that goes on past the end of a block is still near it.
    private const ulong Near = 4 * PageSize;

    private readonly ConcurrentDictionary<ulong, IReadOnlyList<CodePlace>> _written = new();

    /// <summary>A driver writes a word to its device, which may be an address.</summary>
    public void Note(uint word, IReadOnlyList<CodePlace> stack)
    {
        if (stack.Count > 0) _written[word & ~(PageSize - 1)] = stack;
    }

    /// <summary>What is wrong, as a report.</summary>
    public NdisReport Explain(DmaFault fault, string driver)
    {
        string access = fault.IsWrite ? "wrote to" : "read from";
        ulong page = fault.Page.Value;
        NdisAllocation[] known = [.. instance.Allocations.Where(one => one.Obtained is not null)];
        NdisAllocation? own = known.LastOrDefault(one => Covers(one, page));
        NdisAllocation? before = own is null ? known.LastOrDefault(one => one.IsReached && EndsBefore(one, page)) : null;
        string named = Name(page) is { } word ? $" {word}" : "";
        if (own is { Freed: true })
        {
            return Report(driver, own, own.FreeStack, own.FreeStack,
                $"The device {access} a block of {own.Length} bytes of {own.Call} after it was freed.{named}");
        }

        if (own is not null)
        {
            return Report(driver, own, own.Stack, [],
                $"The device {access} a block of {own.Length} bytes of {own.Call} that is not mapped for it.{named}");
        }

        if (before is not null)
        {
            return Report(driver, before, before.Stack, before.FreeStack,
                $"The device {access} {page - EndOf(before)} bytes or more behind the end of a block of {before.Length} bytes of "
                    + $"{before.Call}.{named}");
        }

        // A device that was given the address goes on from there.
        IReadOnlyList<CodePlace> stack = _written.Where(one => one.Key <= page && page - one.Key < Near)
            .OrderByDescending(one => one.Key)
            .FirstOrDefault()
            .Value ?? [];
        return new NdisReport(NdisReportKind.DeviceFault, "DMA", driver,
            $"The device {access} the page {fault.Page}, which was never allocated to the driver.{named}")
        { Stack = stack };
    }

    private static NdisReport Report(
        string driver, NdisAllocation block, IReadOnlyList<CodePlace> stack, IReadOnlyList<CodePlace> freed, string message) =>
        new(NdisReportKind.DeviceFault, "DMA", driver, message)
        {
            Stack = stack,
            AllocationStack = block.Stack,
            FreeStack = freed,
        };

    private static bool Covers(NdisAllocation one, ulong page) => one.Obtained!.PhysicalRanges.Any(range =>
        range.Start is { } start && start.Value < page + PageSize && page < start.Value + range.Length);

    private static bool EndsBefore(NdisAllocation one, ulong page) => EndOf(one) <= page && page - EndOf(one) < Near;

    private static ulong EndOf(NdisAllocation one) =>
        one.Obtained!.PhysicalRanges[^1] is { Start: { } start } last ? start.Value + last.Length : ulong.MaxValue;

    /// <summary>The word in memory that devices reach which names the page: an entry of a ring.</summary>
    private unsafe string? Name(ulong page)
    {
        foreach (NdisAllocation block in instance.Outstanding.Where(one => one.IsReached))
        {
            var words = new ReadOnlySpan<uint>((void*)block.VirtualAddress, (int)(block.Length / sizeof(uint)));
            for (int index = 0; index < words.Length; index++)
            {
                // Of 64 bits the upper half is 0 here: the machine has less RAM.
                if ((words[index] & ~(PageSize - 1)) != page || words[index] == 0) continue;
                return $"The word 0x{words[index]:x8} at offset 0x{index * sizeof(uint):x} of the block of {block.Length} bytes "
                    + "that "
                    + $"{(block.Stack.Count > 0 ? block.Stack[0].ToString() : block.Call)} allocated names it.";
            }
        }

        return null;
    }
}
