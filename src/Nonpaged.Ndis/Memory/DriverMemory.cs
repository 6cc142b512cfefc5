namespace Nonpaged.Ndis;

/// <summary>
/// What all memory calls of one instance come down to. Every block is tracked by its address, with the call that asked for it as
/// the block's owner record; a free never trusts what its caller says of the block: a wrong word is reported and the block freed
/// right, a wrong pointer is reported and nothing freed.
/// </summary>
internal sealed unsafe class DriverMemory(NdisInstance instance)
{
    /// <summary>A driver that allocates for each packet must not fill the host's memory with records.</summary>
    private const int MostNoted = 1 << 16;

    private static readonly AllocationFailure s_madeToFail = new(
        FailureKind.OutOfMemory, "The call was made to fail, as where there is too little memory.",
        "the check of low resources", "handle the failure: free what was allocated before, and return a failure");

    private readonly Lock _lock = new();
    private readonly List<NdisAllocation> _journal = [];
    private ulong _noncachedPeak;
    private long _further;

    public IReadOnlyList<NdisAllocation> Journal
    {
        get
        {
            lock (_lock) return [.. _journal];
        }
    }

    /// <summary>How many calls are not in <see cref="Journal"/>, because there were too many.</summary>
    public long Further
    {
        get
        {
            lock (_lock) return _further;
        }
    }

    /// <summary>What was handed out and not given back.</summary>
    public IEnumerable<NdisAllocation> Outstanding =>
        instance.Pool.Blocks.Select(block => block.Request.Owner).OfType<NdisAllocation>();

    /// <summary>What drivers took of the memory that the strict option demands; null where it does not.</summary>
    public NoncachedBudget? Budget
    {
        get
        {
            if (!instance.Options.StrictNoncached) return null;
            Caching caching = instance.Options.StrictCaching;
            lock (_lock) return new NoncachedBudget(caching, instance.Pool.GetRegionUse(caching).TotalBytes, _noncachedPeak);
        }
    }

    /// <summary>
    /// Serves a call. The record tells what came of it; the block is null where it failed. What a driver passes may make no
    /// sense: to the pool that is a wrong argument, to a driver a call that fails.
    /// </summary>
    public MemoryBlock? Allocate(NdisAllocation allocation, MemoryRequest request)
    {
        MemoryBlock? block = null;
        AllocationFailure? failure;
        if (instance.IsShort(allocation.Call))
        {
            Refuse(allocation, s_madeToFail);
            return null;
        }

        try
        {
            instance.Pool.TryAllocate(request with { Owner = allocation }, out block, out failure);
        }
        catch (ArgumentException wrong)
        {
            failure = new AllocationFailure(
                FailureKind.InvalidRequest, wrong.Message.Split(" (Parameter")[0], "what the call takes",
                "pass a length and an alignment that make sense");
        }

        if (block is null)
        {
            Refuse(allocation, failure!);
            return null;
        }

        allocation.Succeed(block);
        instance.Options.Verification?.OnAllocated(allocation);
        if (instance.Options.KeepJournal) allocation.Site = NdisInstance.CallSite?.Invoke();
        if (request.Caching is Caching.Uncached or Caching.WriteCombined) NotePeak(request.Caching);
        Note(allocation);
        return block;
    }

    /// <summary>A driver has the physical address of a block: devices may reach it until it is freed.</summary>
    public void Reach(NdisAllocation? allocation)
    {
        if (instance.Machine?.Reach is not { } reach || allocation is not { Obtained: { } obtained }) return;
        lock (_lock)
        {
            if (allocation.IsReached || allocation.Freed) return;
            allocation.IsReached = true;
        }

        foreach (PhysicalRange range in obtained.PhysicalRanges)
        {
            if (range.Start is { } start) reach.Allow(start, (nuint)range.Length);
        }
    }

    private void Withdraw(NdisAllocation allocation)
    {
        if (!allocation.IsReached || instance.Machine?.Reach is not { } reach) return;
        foreach (PhysicalRange range in allocation.Obtained!.PhysicalRanges)
        {
            if (range.Start is { } start) reach.Deny(start, (nuint)range.Length);
        }
    }

    /// <summary>Lets a call fail, with the reason in the log.</summary>
    public void Refuse(NdisAllocation allocation, AllocationFailure failure)
    {
        allocation.Fail(failure);
        Note(allocation);
        instance.Tell(NdisMessage.Of(allocation.Driver, allocation.Call, failure));
    }

    /// <summary>The record of the block in use that starts at an address.</summary>
    public NdisAllocation? Find(void* address) =>
        instance.Pool.Find(address) is { } block && block.Address == address ? block.Request.Owner as NdisAllocation : null;

    /// <summary>Frees a block. Returns whether it was freed.</summary>
    public bool Free(CallContext context, void* address, FreeRequest request)
    {
        if (instance.Pool.Find(address) is not { } block || block.Request.Owner is not NdisAllocation allocation)
        {
            BadFree bad = FreeUnrecorded(context, address, request);
            if (bad == BadFree.Middle)
            {
                instance.Report(
                    NdisReportKind.FreeOfMiddle, request.Call, context.Driver,
                    $"0x{(nuint)address:x} lies inside a small block; expected its start. Nothing was freed.");
            }
            else if (bad != BadFree.None)
            {
                ReportUnknown(context, address, request);
            }

            return bad == BadFree.None;
        }

        nuint start = block.LastStart;
        if (start != (nuint)address)
        {
            nuint offset = (nuint)address - start;
            instance.Report(
                NdisReportKind.FreeOfMiddle, request.Call, context.Driver,
                $"0x{(nuint)address:x} lies {offset} bytes inside a block; expected its start, 0x{start:x} ({allocation}). "
                    + "Nothing was freed.");
            return false;
        }

        foreach (NdisReport report in FreeChecks.Of(instance, context, allocation, request)) instance.Report(report);
        NoncachedUse.Check(instance, context, allocation, block);
        allocation.Freed = true;
        instance.Options.Verification?.OnFreed(allocation);
        Withdraw(allocation);
        block.Dispose();
        if (allocation.IsReached) instance.Options.Verification?.Withdrawn?.Invoke(allocation);
        return true;
    }

    /// <summary>
    /// Frees a small block without a record, or says what is wrong with that: nothing but its size class is known.
    /// </summary>
    private BadFree FreeUnrecorded(CallContext context, void* address, FreeRequest request)
    {
        if (instance.Verifies || instance.Pool.Find(address) is not null) return BadFree.NotAllocated;
        // A length of 0 passes for any (NDIS 5.1, Compact 2013).
        uint length = request.Length ?? 0;
        BadFree bad = instance.Pool.Give(address, length == 0 ? null : length);
        if (bad == BadFree.WrongLength)
        {
            nuint size = instance.Pool.FindUsableSize(address);
            bad = instance.Pool.Give(address);
            if (bad == BadFree.None)
            {
                instance.Report(
                    NdisReportKind.FreeWithWrongLength, request.Call, context.Driver,
                    $"gave the length {length} for 0x{(nuint)address:x}; expected one that is given a block of {size} bytes. "
                        + "It was freed whole.");
            }
        }

        if (bad != BadFree.None) return bad;
        if (request.Call != nameof(NdisLibrary.NdisFreeMemory))
        {
            instance.Report(NdisReportKind.FreeByWrongCall, request.Call, context.Driver, $"freed 0x{(nuint)address:x}, "
                + "a block of another call; expected NdisFreeMemory, or NdisFreeToNPagedLookasideList of a list. It was freed.");
        }
        else if (request.Flags is > 0 and var flags)
        {
            instance.Report(
                NdisReportKind.FreeWithWrongFlags, request.Call, context.Driver,
                $"gave the flags 0x{flags:x}; expected 0. It was freed.");
        }

        return BadFree.None;
    }

    private void NotePeak(Caching caching)
    {
        lock (_lock)
        {
            RegionUse use = instance.Pool.GetRegionUse(caching);
            _noncachedPeak = ulong.Max(_noncachedPeak, use.TotalBytes - use.FreeBytes);
        }
    }

    private void Note(NdisAllocation allocation)
    {
        if (!instance.Options.KeepJournal) return;
        lock (_lock)
        {
            if (_journal.Count < MostNoted) _journal.Add(allocation);
            else _further++;
        }
    }

    private void ReportUnknown(CallContext context, void* address, FreeRequest request)
    {
        // The caller did nothing wrong where the pool went in the middle of the call.
        instance.Pool.ThrowIfDisposed();
        if (instance.Pool.FindFreed(address)?.Request.Owner is NdisAllocation freed)
        {
            instance.Report(new NdisReport(
                NdisReportKind.FreeTwice, request.Call, context.Driver.Name,
                $"0x{(nuint)address:x} was freed before ({freed}); expected one free for each allocation. Nothing was freed.")
            {
                AllocationStack = freed.Stack,
                FreeStack = freed.FreeStack,
            });
            return;
        }

        bool isOurs = instance.Pool.Contains(address);
        instance.Report(
            NdisReportKind.FreeOfForeign, request.Call, context.Driver,
            $"0x{(nuint)address:x} {(isOurs ? "is in the pool, but no block is there" : "is not memory of this pool")}; "
                + "expected an address that a call of this driver was given. Nothing was freed.");
    }
}
