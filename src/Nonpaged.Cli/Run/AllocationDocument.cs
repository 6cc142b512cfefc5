using System.Globalization;
using System.Text.Json.Serialization;
using Nonpaged.Ndis;

namespace Nonpaged.Cli;

/// <summary>One call that asked for memory, as JSON. Where it failed, what was not obtained is null or empty.</summary>
internal sealed record AllocationDocument(
    string Call,
    string Driver,
    ulong Length,
    IReadOnlyList<string> Flags,
    string HighestAcceptableAddress,
    string Status,
    string StatusCode,
    string? Tag,
    string? Site,
    string? VirtualAddress,
    IReadOnlyList<PhysicalRangeDocument> PhysicalRanges,
    AllocationObtainedDocument? Obtained,
    bool Freed,
    FailureDocument? Failure)
{
    public static AllocationDocument From(NdisAllocation allocation) => new(
        allocation.Call,
        allocation.Driver.Name,
        allocation.Length,
        FlagNames(allocation),
        allocation.HighestAcceptableAddress.ToString(),
        NdisStatusNames.NameOf(allocation.Status) ?? "",
        $"0x{(uint)allocation.Status:X8}",
        allocation.Tag is { } tag ? NdisLeak.TagName(tag) : null,
        allocation.Site,
        allocation.VirtualAddress == 0 ? null : $"0x{allocation.VirtualAddress:x}",
        [.. allocation.Obtained?.PhysicalRanges.Select(PhysicalRangeDocument.From) ?? []],
        AllocationObtainedDocument.From(allocation.Obtained),
        allocation.Freed,
        FailureDocument.From(allocation.Failure));

    /// <summary>Name and number, for a person.</summary>
    [JsonIgnore]
    public string StatusText => Status.Length > 0 ? $"{Status} ({StatusCode})" : StatusCode;

    // Each call has flags of its own: MemoryFlags, the argument Cached, LMEM_*, MEM_*.
    private static List<string> FlagNames(NdisAllocation allocation)
    {
        uint flags = allocation.Flags;
        List<string> names = [];
        switch (allocation.Call)
        {
            case nameof(NdisLibrary.NdisAllocateMemory):
                Take(NdisLibrary.NDIS_MEMORY_CONTIGUOUS, "CONTIGUOUS");
                Take(NdisLibrary.NDIS_MEMORY_NONCACHED, "NONCACHED");
                break;
            case nameof(NdisLibrary.NdisMAllocateSharedMemory):
                Take(1, "CACHED");
                break;
        }

        if (flags != 0) names.Add(string.Create(CultureInfo.InvariantCulture, $"0x{flags:x}"));
        return names;

        void Take(uint flag, string name)
        {
            if ((flags & flag) == 0) return;
            names.Add(name);
            flags &= ~flag;
        }
    }
}

/// <summary>What a driver's block got.</summary>
internal sealed record AllocationObtainedDocument(
    string Rung, bool Resident, bool Pinned, string Pin, bool Contiguous, string Caching, bool Coherent, string Evidence)
{
    public static AllocationObtainedDocument? From(ObtainedMemory? memory) => memory is null
        ? null
        : new AllocationObtainedDocument(
            memory.Rung,
            memory.Resident,
            memory.Pinned,
            PinName.Of(memory.Pin),
            memory.Contiguous,
            CachingName.Of(memory.Caching),
            memory.Coherent,
            memory.Evidence);
}
