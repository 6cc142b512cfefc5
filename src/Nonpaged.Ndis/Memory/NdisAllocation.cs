namespace Nonpaged.Ndis;

/// <summary>One call that asked for memory: what it asked for, what it got, and what became of that.</summary>
public sealed class NdisAllocation
{
    internal NdisAllocation(MemoryCall family, string call, Driver driver, ulong length, uint flags, PhysicalAddress highest)
    {
        Family = family;
        Call = call;
        Driver = driver;
        Length = length;
        Flags = flags;
        HighestAcceptableAddress = highest;
    }

    /// <summary>The call, by its name in the documents.</summary>
    public string Call { get; }

    /// <summary>The driver that made it.</summary>
    public Driver Driver { get; }

    /// <summary>The length that was asked for, in bytes.</summary>
    public ulong Length { get; }

    /// <summary>The flags as they were given: MemoryFlags of NdisAllocateMemory, the allocation's own flags elsewhere.</summary>
    public uint Flags { get; }

    /// <summary>The limit as it was given; the highest address for none.</summary>
    public PhysicalAddress HighestAcceptableAddress { get; }

    /// <summary>What the call returned, or would have returned where it returns a pointer only.</summary>
    public NDIS_STATUS Status { get; private set; } = NDIS_STATUS_FAILURE;

    /// <summary>The address that was handed out, or 0.</summary>
    public nuint VirtualAddress { get; private set; }

    /// <summary>What was obtained, or null after a failure.</summary>
    public ObtainedMemory? Obtained { get; private set; }

    /// <summary>Why the call failed, or null.</summary>
    public AllocationFailure? Failure { get; private set; }

    /// <summary>The driver gave the memory back.</summary>
    public bool Freed { get; internal set; }

    /// <summary>The tag of NdisAllocateMemoryWithTag as it was given; null for calls without one.</summary>
    public uint? Tag { get; internal init; }

    /// <summary>
    /// Where in a C driver the call was made; null where that is not known, or the journal is not kept.
    /// </summary>
    public string? Site { get; internal set; }

    /// <summary>Where that was, innermost first; empty unless the driver is verified.</summary>
    public IReadOnlyList<CodePlace> Stack { get; internal set; } = [];

    /// <summary>Where it was freed, innermost first; empty unless the driver is verified.</summary>
    public IReadOnlyList<CodePlace> FreeStack { get; internal set; } = [];

    /// <summary>Devices were allowed to reach it.</summary>
    internal bool IsReached { get; set; }

    internal MemoryCall Family { get; }

    /// <summary>Reservation and commitment of pages, of VirtualAlloc's memory.</summary>
    internal VirtualRegion? Region { get; set; }

    internal void Succeed(MemoryBlock block)
    {
        unsafe
        {
            VirtualAddress = (nuint)block.Address;
        }

        Status = NDIS_STATUS_SUCCESS;
        Obtained = block.Obtained;
    }

    internal void Fail(AllocationFailure failure) => Failure = failure;

    /// <inheritdoc/>
    public override string ToString() => $"{Call} of {Length} bytes, flags 0x{Flags:x}, by {Driver.Name}";
}
