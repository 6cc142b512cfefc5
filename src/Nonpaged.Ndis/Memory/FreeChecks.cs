namespace Nonpaged.Ndis;

/// <summary>What a free said of its block, held against what is recorded of it.</summary>
internal static class FreeChecks
{
    public static IEnumerable<NdisReport> Of(
        NdisInstance instance, CallContext context, NdisAllocation allocation, FreeRequest request)
    {
        NdisReport Report(NdisReportKind kind, string message) => new(kind, request.Call, context.Driver.Name, message)
        {
            AllocationStack = allocation.Stack,
        };

        if (request.Family != allocation.Family)
        {
            yield return Report(
                NdisReportKind.FreeByWrongCall,
                $"freed a block of another call; expected {FreeCallOf(allocation.Family)} ({allocation}). It was freed.");
            yield break;
        }

        // NDIS 5.1 and Compact 2013 ignore the length where the flags are 0, and drivers rely on that with a length of 0.
        bool lengthMayBeZero = allocation is { Family: MemoryCall.NdisMemory, Flags: 0 }
            && instance.Options.Profile != NdisProfile.Ce3;
        if (request.Length is { } length && length != allocation.Length && !(length == 0 && lengthMayBeZero))
        {
            yield return Report(
                NdisReportKind.FreeWithWrongLength,
                $"gave the length {length}; expected {allocation.Length} ({allocation}). It was freed whole.");
        }

        if (request.Flags is { } flags && flags != allocation.Flags)
        {
            yield return Report(
                NdisReportKind.FreeWithWrongFlags,
                $"gave the flags 0x{flags:x}; expected 0x{allocation.Flags:x} ({allocation}). It was freed.");
        }

        if (request.PhysicalAddress is { } given && allocation.Obtained?.PhysicalRanges[0].Start is { } start && given != start)
        {
            yield return Report(
                NdisReportKind.FreeWithWrongFlags,
                $"gave the physical address {given}; expected {start} ({allocation}). It was freed.");
        }

        Irql highest = allocation.Obtained is { } && (allocation.Flags & NdisLibrary.NDIS_MEMORY_CONTIGUOUS) != 0
            && allocation.Family == MemoryCall.NdisMemory
            ? Irql.PASSIVE_LEVEL : Irql.DISPATCH_LEVEL;
        if (context.Irql > highest)
        {
            yield return Report(
                NdisReportKind.IrqlTooHigh,
                $"was called at {context.Irql}; expected {highest} at most ({allocation}). It was freed.");
        }
    }

    private static string FreeCallOf(MemoryCall family) => family switch
    {
        MemoryCall.NdisMemory => "NdisFreeMemory",
        MemoryCall.SharedMemory => "NdisMFreeSharedMemory",
        MemoryCall.Local => "LocalFree",
        MemoryCall.Virtual => "VirtualFree",
        _ => "FreePhysMem",
    };
}
