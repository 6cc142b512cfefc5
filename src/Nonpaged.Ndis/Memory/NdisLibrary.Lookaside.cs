using System.Runtime.CompilerServices;

namespace Nonpaged.Ndis;

// Where blocks are not recorded (NdisOptions.Verify), a list's come straight from the heap, whose magazines are what a lookaside list is for.
public static unsafe partial class NdisLibrary
{
    /// <summary>Sets up a list of nonpaged blocks of one size. (NdisInitializeNPagedLookasideList.)</summary>
    /// <param name="Lookaside">The driver's storage, which stays in place until the list is deleted.</param>
    /// <param name="Flags">Reserved, 0.</param>
    /// <param name="Size">The size of each block in bytes.</param>
    /// <param name="Tag">Not kept, as on Windows CE.</param>
    /// <param name="Depth">Reserved, 0.</param>
    public static void NdisInitializeNPagedLookasideList(NPAGED_LOOKASIDE_LIST* Lookaside, uint Flags, uint Size, uint Tag, ushort Depth)
    {
        var context = Caller(Irql.DISPATCH_LEVEL);
        bool isRecorded = context.Instance.Verifies || Size > NonpagedPool.LongestSmallBlock;
        Lookaside->UnrecordedSize = isRecorded ? 0 : Size;
        Lookaside->ListObject = context.Instance.Handles.Add(new LookasideList(context.Driver, Size, isRecorded));
    }

    /// <summary>Ends a list. Its blocks must have been freed to it. Where they are recorded, those that are out are reported, and stay allocated.</summary>
    public static void NdisDeleteNPagedLookasideList(NPAGED_LOOKASIDE_LIST* Lookaside)
    {
        var context = Caller(Irql.DISPATCH_LEVEL);
        if (Resolve<LookasideList>(Lookaside->ListObject) is not { } list) return;
        Lookaside->UnrecordedSize = 0;
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
        NonpagedPool? pool = ThreadTable.Pool;
        nint thread = ThreadTable.Current;
        uint size = Lookaside->UnrecordedSize;
        if (pool is not null && size != 0)
        {
            void* block = pool.AllocateOrNull(size, thread);
            if (block != null) return block;
        }

        return AllocateFrom(Lookaside);
    }

    /// <summary>
    /// Gives a block back to the list that it came from. Any other is reported, and nothing is freed; where blocks are not recorded, one of the same size class passes.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void NdisFreeToNPagedLookasideList(NPAGED_LOOKASIDE_LIST* Lookaside, void* Entry)
    {
        NonpagedPool? pool = ThreadTable.Pool;
        nint thread = ThreadTable.Current;
        uint size = Lookaside->UnrecordedSize;
        if (pool is null || size == 0 || !pool.TryFreeSmall(Entry, size, thread)) FreeTo(Lookaside, Entry);
    }

    private static void* AllocateFrom(NPAGED_LOOKASIDE_LIST* Lookaside)
    {
        const string call = nameof(NdisAllocateFromNPagedLookasideList);
        Caller(Irql.DISPATCH_LEVEL, call);
        if (Resolve<LookasideList>(Lookaside->ListObject, call) is not { } list) return null;
        var block = Allocate(call, list.Size, 0, PhysicalAddress.Max);
        if (block != null && list.Taken is { } taken) taken[(nint)block] = 0;
        return block;
    }

    private static void FreeTo(NPAGED_LOOKASIDE_LIST* Lookaside, void* Entry)
    {
        const string call = nameof(NdisFreeToNPagedLookasideList);
        Caller(Irql.DISPATCH_LEVEL, call);
        var context = CallContext.CurrentOfMemory;
        if (Resolve<LookasideList>(Lookaside->ListObject, call) is not { } list) return;
        // One that came with a record where there is none for the others was allocated at too high an IRQL, or when memory was short.
        var pool = context.Instance.Pool;
        var recorded = context.Instance.Memory.Find(Entry);
        bool isOut = list.Taken is { } taken ? taken.TryRemove((nint)Entry, out _) : recorded?.Call == nameof(NdisAllocateFromNPagedLookasideList) && recorded.Length == list.Size;
        if (isOut)
        {
            context.Instance.Memory.Free(context, Entry, new FreeRequest(MemoryCall.NdisMemory, call, list.Size, 0));
            return;
        }

        if (list.Taken is null && Entry != null && pool.Find(Entry) is null && pool.TryFree(Entry, list.Size) == BadFree.None) return;
        context.Report(NdisReportKind.FreeOfForeign, call, $"0x{(nuint)Entry:x} is not a block that is out of this list. Nothing was freed.");
    }
}
