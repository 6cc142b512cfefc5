namespace Nonpaged.Ndis;

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
        Lookaside->ListObject = context.Instance.Handles.Add(new LookasideList(context.Driver, Size));
    }

    /// <summary>Ends a list. Its blocks must have been freed to it; those that are out are reported, and stay allocated.</summary>
    public static void NdisDeleteNPagedLookasideList(NPAGED_LOOKASIDE_LIST* Lookaside)
    {
        var context = Caller(Irql.DISPATCH_LEVEL);
        if (Resolve<LookasideList>(Lookaside->ListObject) is not { } list) return;
        context.Instance.Handles.Remove(Lookaside->ListObject);
        if (!list.Taken.IsEmpty)
        {
            context.Report(
                NdisReportKind.BrokenRule,
                nameof(NdisDeleteNPagedLookasideList),
                $"The list was deleted with {list.Taken.Count} blocks of {list.Size} bytes out. Free them first.");
        }
    }

    /// <summary>A block of the list's size, or null where there is no memory.</summary>
    public static void* NdisAllocateFromNPagedLookasideList(NPAGED_LOOKASIDE_LIST* Lookaside)
    {
        Caller(Irql.DISPATCH_LEVEL);
        if (Resolve<LookasideList>(Lookaside->ListObject) is not { } list) return null;
        var block = Allocate(nameof(NdisAllocateFromNPagedLookasideList), list.Size, 0, PhysicalAddress.Max);
        if (block != null) list.Taken[(nint)block] = 0;
        return block;
    }

    /// <summary>Gives a block back to the list that it came from. Any other is reported, and nothing is freed.</summary>
    public static void NdisFreeToNPagedLookasideList(NPAGED_LOOKASIDE_LIST* Lookaside, void* Entry)
    {
        var context = Caller(Irql.DISPATCH_LEVEL);
        if (Resolve<LookasideList>(Lookaside->ListObject) is not { } list) return;
        if (list.Taken.TryRemove((nint)Entry, out _))
        {
            context.Instance.Memory.Free(context, Entry, new FreeRequest(MemoryCall.NdisMemory, nameof(NdisFreeToNPagedLookasideList), list.Size, 0));
            return;
        }

        context.Report(
            NdisReportKind.FreeOfForeign,
            nameof(NdisFreeToNPagedLookasideList),
            $"0x{(nuint)Entry:x} is not a block that is out of this list. Nothing was freed.");
    }
}
