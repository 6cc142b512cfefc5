using System.Runtime.CompilerServices;

namespace Nonpaged.Ndis;

// Where blocks are not recorded (NdisOptions.Verify), a list's small ones come straight from the heap, whose magazines
// are what a lookaside list is for.
public static unsafe partial class NdisLibrary
{
    /// <summary>Sets up a list of nonpaged blocks of one size. (NdisInitializeNPagedLookasideList.)</summary>
    /// <param name="Lookaside">The driver's storage, which stays in place until the list is deleted.</param>
    /// <param name="Flags">Reserved, 0.</param>
    /// <param name="Size">The size of each block in bytes.</param>
    /// <param name="Tag">Not kept, as on Windows CE.</param>
    /// <param name="Depth">Reserved, 0.</param>
    public static void NdisInitializeNPagedLookasideList(
        NPAGED_LOOKASIDE_LIST* Lookaside, uint Flags, uint Size, uint Tag, ushort Depth)
    {
        CallContext context = Caller(Irql.DISPATCH_LEVEL);
        bool isRecorded = context.Instance.Verifies || Size is 0 or > NonpagedPool.LongestSmallBlock;
        Lookaside->Size = Size;
        Lookaside->Key = isRecorded ? 0 : KeyOf(Lookaside, context.Instance.Pool.Number);
        Lookaside->Magazine = default;
        if (!isRecorded && context.Instance == NdisInstance.Default)
            context.Instance.Pool.TryDescribe(Size, out Lookaside->Magazine);
        var list = new LookasideList(context.Driver, Size, isRecorded);
        Lookaside->ListObject = list.Handle = context.Instance.Handles.Add(list);
    }

    /// <summary>
    /// Ends a list. Its blocks must have been freed to it. Where they are recorded, those that are out
    /// are reported, and stay allocated.
    /// </summary>
    public static void NdisDeleteNPagedLookasideList(NPAGED_LOOKASIDE_LIST* Lookaside)
    {
        CallContext context = Caller(Irql.DISPATCH_LEVEL);
        if (Resolve<LookasideList>(Lookaside->ListObject) is not { } list) return;
        Lookaside->Key = 0;
        context.Instance.Handles.Remove(Lookaside->ListObject);
        if (list.Taken is { IsEmpty: false } taken)
        {
            context.Report(
                NdisReportKind.BrokenRule,
                nameof(NdisDeleteNPagedLookasideList),
                $"The list was deleted with {taken.Count} blocks of {list.Size} bytes out. Free them first.");
        }
    }

    /// <summary>A block of the list's size, or null where there is no memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void* NdisAllocateFromNPagedLookasideList(NPAGED_LOOKASIDE_LIST* Lookaside)
    {
        return Lookaside->Key == KeyOf(Lookaside, NdisThread.PoolNumber)
            && Lookaside->Magazine.TryTake(NdisThread.Magazines, out void* block)
                ? block
                : AllocateFrom(Lookaside);
    }

    /// <summary>
    /// Gives a block back to the list that it came from. Any other is reported, and nothing is freed. Where blocks are not
    /// recorded, one of the same size class passes, and two frees of one block at the same moment are not seen.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void NdisFreeToNPagedLookasideList(NPAGED_LOOKASIDE_LIST* Lookaside, void* Entry)
    {
        if (Lookaside->Key != KeyOf(Lookaside, NdisThread.PoolNumber)
            || !Lookaside->Magazine.TryGive((nuint)Entry, NdisThread.Magazines))
        {
            FreeTo(Lookaside, Entry);
        }
    }

    // No other list has it, and no copy. That of pool 0, which there is not, is odd, as what lies in other memory by chance is
    // not: the address itself, or null.
    private static nint KeyOf(NPAGED_LOOKASIDE_LIST* list, nint pool) => ((nint)list + 1) ^ pool;

    private static NonpagedPool? PoolOf(NPAGED_LOOKASIDE_LIST* Lookaside) =>
        NdisThread.Pool is { } pool && Lookaside->Key == KeyOf(Lookaside, pool.Number) ? pool : null;

    private static void* AllocateFrom(NPAGED_LOOKASIDE_LIST* Lookaside)
    {
        const string call = nameof(NdisAllocateFromNPagedLookasideList);
        if (PoolOf(Lookaside) is { } pool && pool.TryAllocateLoaded(Lookaside->Size, NdisThread.Magazines, out void* loaded))
            return loaded;
        Caller(Irql.DISPATCH_LEVEL, call);
        if (Resolve<LookasideList>(Lookaside->ListObject, call) is not { } list) return null;
        void* block = Allocate(call, list.Size, 0, PhysicalAddress.Max);
        if (block != null && list.Taken is { } taken) taken[(nint)block] = 0;
        return block;
    }

    private static void FreeTo(NPAGED_LOOKASIDE_LIST* Lookaside, void* Entry)
    {
        const string call = nameof(NdisFreeToNPagedLookasideList);
        if (PoolOf(Lookaside)?.TryFreeOfClass((nuint)Entry, Lookaside->Size) == true) return;
        Caller(Irql.DISPATCH_LEVEL, call);
        if (Resolve<LookasideList>(Lookaside->ListObject, call) is not { } list) return;
        var context = CallContext.ForMemory();
        DriverMemory memory = context.Instance.Memory;
        NdisAllocation? recorded = memory.Find(Entry);
        // Where the others have no record, one was allocated at too high an IRQL, or when there was memory again after all.
        bool isOut = list.Taken is { } taken
            ? taken.TryRemove((nint)Entry, out _)
            : recorded?.Call == nameof(NdisAllocateFromNPagedLookasideList) && recorded.Length == list.Size;
        if (isOut)
        {
            // One of up to 2 MiB has no record of its own.
            if (recorded is null && context.Instance.Pool.TryFreeSmall(Entry)) return;
            memory.Free(context, Entry, new FreeRequest(MemoryCall.NdisMemory, call, list.Size, 0));
            return;
        }

        if (list.Taken is null && recorded is null && context.Instance.Pool.TryFreeOfClass((nuint)Entry, list.Size)) return;
        context.Instance.Pool.ThrowIfDisposed();
        context.Report(
            NdisReportKind.FreeOfForeign,
            call,
            $"0x{(nuint)Entry:x} is not a block that is out of this list. Nothing was freed.");
    }
}
